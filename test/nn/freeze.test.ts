/** What is frozen has no gradients and stays in evaluation mode, eagerly and compiled. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { compile } from '../../src/compile/compile.js';
import { currentEngine, useEngine } from '../../src/engine/select.js';
import * as nn from '../../src/nn/index.js';
import '../../src/ops/index.js';
import { Adam } from '../../src/optim/adam.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { cifar_resnet20 } from '../../src/vision/models/cifar-resnet.js';
import { resnet18 } from '../../src/vision/models/resnet.js';
import { presentEngines } from '../engine/present.js';
import { counterValues } from './counter-values.js';

const before = currentEngine();
after(() => useEngine(before));

const trainedOf = (model: nn.Module) =>
  model.namedParameters().flatMap(([name, p]) => (p.requiresGrad ? [name] : []));

test('up to a module: what comes later is trained, in the order of the fields', () => {
  const model = nn.init.skipInit(() => resnet18());
  nn.freeze(model, 'layer3');
  assert.ok(trainedOf(model).every((name) => /^(layer4|fc)\./.test(name)));
  assert.equal(trainedOf(model).length, 15 + 2);
  nn.freeze(model, 'layer4.0.bn1');
  assert.deepEqual(trainedOf(model).slice(0, 3), [
    'layer4.0.conv2.weight',
    'layer4.0.bn2.weight',
    'layer4.0.bn2.bias',
  ]);
  model.train();
  const training = model.namedModules().flatMap(([name, m]) => (m.training ? [name] : []));
  assert.deepEqual(training.slice(0, 5), [
    '',
    'layer4',
    'layer4.0',
    'layer4.0.relu',
    'layer4.0.conv2',
  ]);
  assert.throws(() => nn.freeze(model, 'layer5'), /ResNet has no 'layer5'; it has conv1, /);
});

test('all of it, and parts of it again', () => {
  const model = nn.init.skipInit(() => resnet18());
  nn.freeze(model);
  assert.deepEqual(trainedOf(model), []);
  assert.ok(
    model
      .train()
      .modules()
      .every((m) => !m.training),
  );
  nn.unfreeze(model.fc);
  assert.deepEqual(trainedOf(model), ['fc.weight', 'fc.bias']);
  assert.ok(model.fc.training && !model.layer4.training);
  nn.unfreeze(model);
  assert.ok(model.modules().every((m) => m.training));
  assert.ok(
    model
      .eval()
      .modules()
      .every((m) => !m.training),
  );
});

for (const engine of presentEngines)
  for (const how of ['eager', 'compiled'] as const)
    test(`a frozen backbone keeps its weights and statistics, ${how} on ${engine}`, () => {
      useEngine(engine);
      const model = cifar_resnet20({ numClasses: 3 });
      nn.freeze(model, 'layer3');
      const optimizer = new Adam(model.parameters(), { lr: 0.1 });
      const state = [...model.stateDict()].map(([key, t]) => [key, t.clone()] as const);
      const step = (x: Tensor) => {
        optimizer.zeroGrad();
        const loss = model(x).square().sum();
        loss.backward();
        optimizer.step();
        return loss;
      };
      const run = how === 'eager' ? step : compile(step);
      const changed = () =>
        state.flatMap(([key, was]) =>
          Array.from(model.stateDict().get(key)?.data ?? []).some((v, i) => v !== was.data[i])
            ? [key]
            : [],
        );
      const x = counterValues([4, 3, 8, 8], 1, -1, 1);
      model.train();
      run(x);
      run(x);
      assert.deepEqual(changed(), ['linear.weight', 'linear.bias']);

      // The switch: gradients alone are stopped, statistics follow the batches, as in PyTorch.
      nn.freeze(model, 'layer3', { keepStatistics: false });
      run(x);
      assert.ok(changed().includes('bn1.running_mean'));
      assert.ok(!changed().some((key) => /conv\d\.weight/.test(key)));
    });
