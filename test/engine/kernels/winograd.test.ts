import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conv2dLowering } from '../../../src/engine/wasm/lower/conv2d.js';
import { conv2dBackwardInputLowering } from '../../../src/engine/wasm/lower/conv2d-backward-input.js';
import { conv2dBackwardWeightLowering } from '../../../src/engine/wasm/lower/conv2d-backward-weight.js';
import { type ConvCase, convOracle, convShapes, noise } from './conv-oracle.js';
import { KernelRunner, runLowering } from './direct-context.js';

/** Of the root mean square of the difference, relative to that of the result. */
const tolerance = 1e-5;

function shape(
  batch: number,
  channels: number,
  outChannels: number,
  height: number,
  width: number,
  padding: number,
): ConvCase {
  return {
    batch,
    channels,
    outChannels,
    size: [height, width],
    kernel: [3, 3],
    stride: [1, 1],
    padding: [padding, padding],
    dilation: [1, 1],
    groups: 1,
  };
}

const cases: readonly ConvCase[] = [
  shape(2, 16, 32, 13, 10, 1),
  shape(2, 32, 16, 13, 11, 0),
  shape(3, 32, 48, 7, 7, 1),
  shape(1, 48, 32, 9, 9, 1),
  shape(1, 64, 64, 4, 4, 1),
  shape(1, 16, 16, 6, 6, 0),
  shape(1, 32, 32, 5, 18, 1),
  shape(3, 16, 16, 12, 8, 1),
  shape(1, 256, 32, 7, 7, 1),
  shape(1, 32, 256, 6, 5, 1),
  shape(2, 256, 272, 6, 6, 0),
];

function rootMeanSquare(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) ** 2;
  return Math.sqrt(sum / values.length);
}

function relativeError(actual: Float32Array, expected: Float64Array): number {
  const difference = expected.map((value, i) => value - (actual[i] as number));
  return rootMeanSquare(difference) / rootMeanSquare(expected);
}

for (const build of ['relaxed', 'simd'] as const) {
  const runner = new KernelRunner(build);
  describe(`Winograd convolution, ${build}`, () => {
    for (const [seed, c] of cases.entries())
      it(`${c.batch}×${c.channels}→${c.outChannels} ${c.size.join('×')} padding ${c.padding[0]}`, () => {
        const shapes = convShapes(c);
        const tensor = (of: keyof typeof shapes, salt: number) => ({
          shape: shapes[of],
          data: noise(
            shapes[of].reduce((a, b) => a * b),
            seed + salt,
          ),
        });
        const [x, w, dy] = [tensor('x', 1), tensor('w', 2), tensor('y', 3)];
        const bias = { shape: [c.outChannels], data: noise(c.outChannels, seed + 9) };
        const expected = convOracle(c, x.data, w.data, dy.data, bias.data);
        const passes = [
          [conv2dLowering, [x, w, bias], shapes.y, expected.y],
          [conv2dBackwardInputLowering, [dy, w], shapes.x, expected.dx],
          [conv2dBackwardWeightLowering, [x, dy], shapes.w, expected.dw],
        ] as const;
        for (const threads of [1, 2, 3])
          for (const [lowering, inputs, output, wanted] of passes) {
            const call = { attrs: c, inputs, output, threads, winograd: true };
            const { result, phases } = runLowering(runner, lowering, call);
            assert.match(phases[0]?.kernel ?? '', /^winograd/);
            const error = relativeError(result, wanted);
            assert.ok(error <= tolerance, `${phases[0]?.kernel}, ${threads} threads: ${error}`);
          }
      });

    it('fuses a ReLU behind the bias', () => {
      const c = shape(1, 16, 16, 6, 6, 1);
      const shapes = convShapes(c);
      const x = { shape: shapes.x, data: noise(16 * 36, 1) };
      const w = { shape: shapes.w, data: noise(16 * 16 * 9, 2) };
      const bias = { shape: [16], data: noise(16, 3) };
      const inputs = [x, w, bias];
      for (const winograd of [true, false]) {
        const call = { inputs, output: shapes.y, threads: 1, winograd };
        const plain = runLowering(runner, conv2dLowering, { ...call, attrs: c }).result;
        const fused = runLowering(runner, conv2dLowering, { ...call, attrs: { ...c, relu: true } });
        assert.deepEqual(
          fused.result,
          plain.map((value) => Math.max(value, 0)),
        );
      }
    });
  });
}
