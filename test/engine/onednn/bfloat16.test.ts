/** Compiled steps of precision `bfloat16` on oneDNN, which emulates it where the CPU has no instructions for it. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { OneDnnEngine } from '../../../src/engine/onednn/onednn.js';
import { compile, nn, optim, randint, randn, type Tensor, useEngine } from '../../../src/index.js';
import { cifarCnn } from '../../../src/vision/models/cifar-cnn.js';
import { resnet18 } from '../../../src/vision/models/resnet.js';
import { families } from '../../ops/cases.js';
import type { OpCase } from '../../ops/op-case.js';
import { input } from '../../ops/op-case.js';
import { answer, assertClose, compiledAnswer } from '../../ops/run-case.js';
import { assertLosses, lossesOf, trainings } from '../../vision/models/golden-training.js';
import { openMachineEngine, withoutLibrary } from './machine.js';

const precision = 'bfloat16';

/** Operands and gradients are rounded by up to 2⁻⁹ of themselves; relative to the element or the typical one. */
const caseTolerance = 2 ** -5;

/** Of losses, relative: of the first, before any step, and of the others. */
const firstTolerance = 0.005;
const lossTolerance = 0.03;

const conv = (attrs: object) => (x: Tensor, w: Tensor, b?: Tensor) =>
  nn.functional.conv2d(x, w, b, attrs);

/** Channels that are padded inside the plan, pictures, strides, odd sizes. */
const convolutions: readonly OpCase[] = [
  {
    name: '12 to 24 channels, 5×5',
    inputs: [input([3, 12, 7, 9]), input([24, 12, 5, 5]), input([24])],
    run: conv({ padding: 2 }),
  },
  {
    name: '24 to 12 channels, stride 2',
    inputs: [input([2, 24, 8, 9]), input([12, 24, 3, 3])],
    run: conv({ stride: 2, padding: 1 }),
  },
  {
    name: 'a picture of 3 channels',
    inputs: [input([3, 3, 13, 11]), input([16, 3, 7, 7]), input([16])],
    run: conv({ stride: 2, padding: 3 }),
  },
  {
    name: 'a picture of 1 channel to 10',
    inputs: [input([2, 1, 8, 8]), input([10, 1, 3, 3]), input([10])],
    run: conv({ padding: 1 }),
  },
  {
    name: '7 to 33 channels, dilation 2',
    inputs: [input([2, 7, 9, 9]), input([33, 7, 3, 3])],
    run: conv({ dilation: 2 }),
  },
  {
    name: '48 to 80 channels, 1×1',
    inputs: [input([1, 48, 5, 5]), input([80, 48, 1, 1]), input([80])],
    run: conv({}),
  },
].map((each) => ({ ...each, ops: ['conv2d'] }));

/** A ReLU after them, and numbers in the picture that are none. */
const rectified: readonly OpCase[] = convolutions.map(({ run, inputs, ...each }) => ({
  ...each,
  inputs: inputs.map((spec, i) =>
    i > 0 ? spec : { ...spec, values: [Number.NaN, Infinity, -Infinity, -Number.NaN] },
  ),
  run: (...given) => nn.functional.relu(run(...given) as Tensor),
  grad: false,
}));

describe('bfloat16', { skip: withoutLibrary }, () => {
  const engines = new Map<number, OneDnnEngine>();
  const engineOf = (threads: number) => {
    const engine = engines.get(threads) ?? openMachineEngine({ threads, emulateBfloat16: true });
    engines.set(threads, engine);
    return engine;
  };
  after(() => {
    for (const engine of engines.values()) engine.stop();
  });

  for (const [family, cases] of Object.entries({ ...families, convolutions, rectified }))
    test(`the cases of ${family} agree with the reference`, () => {
      for (const opCase of cases) {
        const expected = answer(opCase, 'reference');
        const tolerance = Math.max(opCase.tolerance ?? 0, caseTolerance);
        for (const threads of family in families ? [2] : [1, 2, 3])
          try {
            assertClose(compiledAnswer(opCase, engineOf(threads), precision), expected, tolerance);
          } catch (error) {
            throw new Error(`${opCase.name}, ${threads} threads`, { cause: error });
          }
      }
    });

  for (const [network, training] of Object.entries(trainings))
    test(`losses of ${network} are near PyTorch's in float32, and the same in every run`, () => {
      useEngine(engineOf(2));
      const losses = lossesOf(training, { compiled: true, precision });
      const first = training.losses.slice(0, 1);
      assertLosses({ losses: first, tolerance: firstTolerance }, losses);
      if (network === 'resnet18') return; // A batch this small amplifies rounding by percents a step.
      assertLosses({ ...training, tolerance: lossTolerance }, losses);
      assert.deepEqual(lossesOf(training, { compiled: true, precision }), losses);
    });

  /** The lines of a training step's program. */
  function programOf(model: nn.Module, image: readonly number[]): string[] {
    useEngine(engineOf(2));
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
    const step = compile(
      (x: Tensor, y: Tensor) => {
        optimizer.zeroGrad();
        const loss = nn.functional.crossEntropy(model.forward(x), y);
        loss.backward();
        optimizer.step();
        return loss;
      },
      { precision },
    );
    step(randn([2, ...image]), randint(10, [2]));
    return step.program.split('\n');
  }
  const conversions = (lines: readonly string[]) =>
    lines.flatMap((line) => /^(to\w+) .* = (\w+)\(/.exec(line)?.slice(1).join(' in ') ?? []);

  test('between layers of CIFAR’s network everything is stored in bfloat16', () => {
    const lines = programOf(cifarCnn(), [3, 32, 32]);
    assert.deepEqual(conversions(lines), [
      'toBlockedNarrow in conv2d', // the picture
      'toRowMajorBf16 in reshape', // flattened before the first linear layer
      'toBfloat16 in linear', // its weights
      'toBfloat16 in linear', // those of the second
      'toBfloat16 in matmul', // the gradient of the logits
      'toBlockedBf16 in batchNormReluMaxPoolBackward', // the gradient of what was flattened
    ]);
    const stored = (op: string) =>
      lines.filter((line) => new RegExp(`bfloat16.* = ${op}\\(`).test(line)).length;
    assert.equal(stored('conv2d'), 3);
    assert.equal(stored('batchNormReluMaxPoolBackward'), 3);
    assert.equal(stored('conv2dBackwardWeight'), 0);
    assert.ok(
      !lines.some((line) => /,10\] bfloat16/.test(line)),
      'logits and their gradient are float32',
    );
  });

  test('and of ResNet-18', () => {
    assert.deepEqual(conversions(programOf(resnet18({ numClasses: 10 }), [3, 64, 64])), [
      'toBlockedNarrow in conv2d',
      'toBfloat16 in linear',
      'toBfloat16 in matmul',
    ]);
  });

  test('gradients of weights stay float32 whatever the optimizer is made of', () => {
    useEngine(engineOf(1));
    const layer = new nn.Linear(64, 32);
    const step = compile(
      (x: Tensor) => {
        layer.zeroGrad();
        layer.forward(x).relu().sum().backward();
        return layer.weight.add(layer.weight.grad ?? layer.weight);
      },
      { precision },
    );
    step(randn([16, 64]));
    assert.doesNotMatch(step.program, /\[32,64\] bfloat16/);
  });
});
