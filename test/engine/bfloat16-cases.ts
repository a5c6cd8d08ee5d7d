/** What every engine that computes in bfloat16 must show: agreement with the reference, losses near PyTorch's, twice the same. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '../../src/engine/engine.js';
import { nn, type Tensor, useEngine } from '../../src/index.js';
import { answer, compiledAnswer } from '../ops/answers.js';
import { families } from '../ops/cases.js';
import type { OpCase } from '../ops/op-case.js';
import { input } from '../ops/op-case.js';
import { assertClose } from '../ops/run-case.js';
import { assertLosses, lossesOf, trainings } from '../vision/models/golden-training.js';

const precision = 'bfloat16';

/** Operands and gradients are rounded by up to 2⁻⁹ of themselves; relative to the element or the typical one. */
const caseTolerance = 2 ** -5;

/**
 * Of losses, relative: of the first, before any step, and of the others. PyTorch's own autocast is off by up to .012 in the
 * first, over twelve batches of the ResNet's.
 */
const firstTolerance = 0.012;
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

/**
 * To be called among an engine's tests; `engineOf` opens it with so many threads, or as one without Winograd's tiles, in
 * which a NaN moves.
 */
export function testBfloat16(engineOf: (threads: number, winograd?: false) => Engine): void {
  for (const [family, cases] of Object.entries({ ...families, convolutions, rectified }))
    test(`the cases of ${family} agree with the reference`, () => {
      for (const opCase of cases) {
        const expected = answer(opCase, 'reference');
        const tolerance = Math.max(opCase.tolerance ?? 0, caseTolerance);
        for (const threads of family in families ? [2] : [1, 2, 3])
          try {
            // What Winograd's tiles make of rounding is another measure's affair.
            const engine = family in families ? engineOf(threads) : engineOf(threads, false);
            assertClose(compiledAnswer(opCase, engine, precision), expected, tolerance);
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
}
