/** Layers, optimizers, clipping and averaging in a compiled step: the same numbers as eagerly, bit for bit. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { compile } from '../../src/compile/compile.js';
import { useEngine } from '../../src/engine/select.js';
import { crossEntropy } from '../../src/nn/functional.js';
import * as nn from '../../src/nn/index.js';
import '../../src/ops/index.js';
import * as optim from '../../src/optim/index.js';
import { fromArray, ones, zeros } from '../../src/tensor/creation.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { Parameter } from '../../src/tensor/parameter.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { counterValues } from '../nn/counter-values.js';

before(() => useEngine('reference'));

const optimizers: Readonly<Record<string, (p: Parameter[]) => optim.Optimizer>> = {
  'SGD with momentum': (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true }),
  'plain SGD': (p) => new optim.SGD(p, { lr: 0.1 }),
  'Adam with amsgrad': (p) => new optim.Adam(p, { lr: 0.01, amsgrad: true }),
  AdamW: (p) => new optim.AdamW(p, { lr: 0.01 }),
  'centered RMSprop': (p) => new optim.RMSprop(p, { centered: true, momentum: 0.5 }),
};

for (const [name, makeOptimizer] of Object.entries(optimizers))
  test(`${name}: eight compiled steps are eight eager steps`, () => {
    const train = (compiled: boolean) => {
      manualSeed(3);
      const model = new nn.Sequential(
        new nn.Conv2d(1, 4, 3, { padding: 'same' }),
        new nn.BatchNorm2d(4, { momentum: null }),
        new nn.ReLU(),
        new nn.Dropout2d(0.3),
        new nn.MaxPool2d(2),
        new nn.Flatten(),
        new nn.Dropout(0.5),
        new nn.Linear(16, 3),
      );
      const optimizer = makeOptimizer(model.parameters());
      const scheduler = new optim.lrScheduler.StepLR(optimizer, 3, { gamma: 0.1 });
      const ema = new optim.EMA(model.parameters(), { decay: 0.9 });
      const step = (x: Tensor, y: Tensor) => {
        optimizer.zeroGrad();
        const loss = crossEntropy(model.forward(x), y);
        loss.backward();
        const norm = optim.clipGradNorm(model.parameters(), 0.5);
        optimizer.step();
        ema.update();
        return { loss, norm };
      };
      const run = compiled ? compile(step) : step;
      const seen: unknown[] = [];
      for (let i = 0; i < 8; i++) {
        const labels = Int32Array.from(counterValues([5], i, 0, 3).data);
        const { loss, norm } = run(counterValues([5, 1, 4, 4], 50 + i), fromArray(labels, [5]));
        seen.push(loss.item(), norm.item());
        scheduler.step();
      }
      const state = [...model.stateDict()].map(([key, tensor]) => [key, tensor.toArray()]);
      return { seen, state, averages: ema.averages.map((t) => t.toArray()) };
    };
    assert.deepEqual(train(true), train(false));
  });

function trainOne(options: optim.SGDOptions) {
  const param = new Parameter(ones([2]));
  const optimizer = new optim.SGD([param], { lr: 1, ...options });
  const step = compile((x: Tensor) => {
    optimizer.zeroGrad();
    param.mul(x).sum().backward();
    optimizer.step();
    return undefined;
  });
  return { param, optimizer, step };
}

test('an option changed between steps is seen', () => {
  const { param, optimizer, step } = trainOne({});
  const x = ones([2]);
  step(x);
  assert.deepEqual(param.toArray(), [0, 0]);
  const [group] = optimizer.paramGroups;
  assert.ok(group);
  group.weightDecay = 0.5;
  step(x);
  assert.deepEqual(param.toArray(), [-1, -1]);
  step(x);
  assert.deepEqual(param.toArray(), [-1.5, -1.5]); // −1 − (1 + 0.5 · −1)
  assert.equal(step.programs, 1); // Numbers are tensors.
});

test('the learning rate cannot be set inside a compiled step', () => {
  const optimizer = new optim.SGD([new Parameter(ones([1]))]);
  const step = compile((x: Tensor) => {
    optimizer.lr = 0.5;
    return x.mul(2);
  });
  assert.throws(() => step(ones([1])), {
    name: 'CaptureError',
    message:
      'lr: the step is being captured, which runs its JavaScript only once; set the learning rate outside',
  });
});

test('state that a recorded step would have to make is refused', () => {
  const param = zeros([2]);
  const optimizer = new optim.Adam([param]);
  param.requiresGrad_();
  const step = compile((x: Tensor) => {
    param.mul(x).sum().backward();
    optimizer.step();
    return undefined;
  });
  assert.throws(() => step(ones([2])), {
    name: 'CaptureError',
    message:
      'Adam: a parameter [2] got its first gradient in a captured step; ' +
      'set requiresGrad before the optimizer is made, or call step() once outside',
  });
});
