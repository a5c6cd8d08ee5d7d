import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conv2dLowering } from '../../../src/engine/wasm/lower/conv2d.js';
import { conv2dBackwardInputLowering } from '../../../src/engine/wasm/lower/conv2d-backward-input.js';
import { conv2dBackwardWeightLowering } from '../../../src/engine/wasm/lower/conv2d-backward-weight.js';
import { type ConvCase, convOracle, convShapes, noise, relativeError } from './conv-oracle.js';
import { KernelRunner, runLowering } from './direct-context.js';

const tolerance = 1e-5;

interface Options {
  readonly k?: number | readonly [number, number];
  readonly s?: number | readonly [number, number];
  readonly p?: number | readonly [number, number];
  readonly d?: number;
  readonly g?: number;
}

const both = (value: number | readonly [number, number]) =>
  typeof value === 'number' ? ([value, value] as const) : value;

/** Batch, channels, output channels, height, width; kernel, stride, padding, dilation, groups. */
function shape(
  batch: number,
  channels: number,
  outChannels: number,
  height: number,
  width: number,
  { k = 3, s = 1, p = 0, d = 1, g = 1 }: Options = {},
): ConvCase {
  return {
    batch,
    channels,
    outChannels,
    size: [height, width],
    kernel: both(k),
    stride: both(s),
    padding: both(p),
    dilation: both(d),
    groups: g,
  };
}

const cases: readonly ConvCase[] = [
  // Blocks of 16, 12 and 8 channels.
  shape(1, 16, 16, 7, 9, { p: 1 }),
  shape(3, 32, 16, 11, 13, { p: 1 }),
  shape(2, 12, 24, 11, 9, { k: 5 }),
  shape(2, 12, 12, 14, 10, { k: 5 }),
  shape(1, 24, 24, 9, 8, { k: 5 }),
  shape(2, 48, 40, 6, 6),
  shape(2, 64, 32, 8, 8, { p: 1 }),
  shape(3, 16, 64, 4, 4, { p: 1 }),
  // First layers.
  shape(3, 1, 32, 28, 28),
  shape(2, 3, 16, 9, 10, { p: 1 }),
  shape(2, 3, 12, 15, 11, { k: 5 }),
  shape(1, 3, 8, 17, 20, { k: 7, s: 2, p: 3 }),
  shape(2, 4, 6, 8, 8, { k: 3, p: 1 }),
  shape(1, 2, 8, 9, 7, { k: 2 }),
  // Odd channel counts.
  shape(1, 5, 5, 7, 7, { p: 1 }),
  shape(3, 5, 20, 6, 8, { k: 5, p: 2 }),
  shape(2, 20, 33, 5, 6, { p: 1 }),
  shape(1, 33, 20, 8, 5, { p: 2 }),
  shape(1, 33, 33, 4, 4, { k: 1 }),
  shape(2, 6, 16, 12, 12, { k: 5 }),
  shape(1, 20, 1, 6, 6, { k: 3 }),
  shape(1, 16, 3, 6, 6, { k: 3, p: 1 }),
  // Strides.
  shape(3, 16, 8, 9, 11, { s: 2, p: 1 }),
  shape(3, 16, 8, 8, 12, { s: 2, p: 1 }),
  shape(2, 16, 16, 9, 8, { k: 1, s: 2 }),
  shape(1, 8, 16, 10, 13, { k: 1, s: 3 }),
  shape(1, 8, 12, 13, 11, { k: 3, s: 3, p: 1 }),
  shape(2, 16, 16, 14, 9, { k: 5, s: 3, p: 2 }),
  shape(1, 3, 16, 16, 16, { k: 4, s: 4 }),
  shape(1, 16, 16, 12, 9, { k: 3, s: [2, 1], p: [1, 0] }),
  shape(1, 12, 8, 10, 11, { k: 2, s: [1, 3], p: [0, 1] }),
  shape(1, 8, 8, 7, 7, { k: 2, s: 3 }),
  // Paddings beyond the kernel's half, and a kernel as large as the input.
  shape(1, 8, 8, 5, 5, { k: 3, p: 3 }),
  shape(1, 16, 16, 1, 1, { k: 3, p: 1 }),
  shape(2, 16, 8, 7, 7, { k: 7, p: 3 }),
  shape(2, 16, 8, 7, 7, { k: 7 }),
  shape(1, 8, 8, 4, 6, { k: [1, 3], p: [0, 1] }),
  shape(1, 8, 8, 6, 4, { k: [5, 1], p: [2, 0] }),
  // Dilations.
  shape(2, 16, 16, 9, 10, { d: 2 }),
  shape(1, 8, 12, 9, 10, { d: 2, p: 2 }),
  shape(1, 3, 8, 12, 11, { d: 2, p: 1, s: 2 }),
  shape(1, 8, 8, 13, 12, { d: 3, s: 2, p: 3 }),
  shape(1, 16, 8, 11, 11, { d: 2, s: 3, p: 2 }),
  // Groups.
  shape(2, 32, 32, 6, 7, { p: 1, g: 2 }),
  shape(3, 16, 48, 5, 5, { p: 1, g: 2 }),
  shape(2, 6, 10, 7, 6, { p: 1, g: 2 }),
  shape(1, 12, 24, 8, 8, { k: 3, s: 2, p: 1, g: 4 }),
  shape(2, 16, 16, 8, 9, { p: 1, g: 16 }),
  shape(1, 20, 20, 9, 9, { k: 5, s: 2, p: 2, g: 20 }),
  shape(2, 5, 10, 6, 6, { p: 1, g: 5 }),
  shape(1, 33, 33, 6, 7, { d: 2, p: 2, g: 33 }),
  shape(1, 3, 3, 5, 5, { k: 1, g: 3 }),
];

const name = (c: ConvCase) =>
  `${c.batch}×${c.channels}→${c.outChannels} ${c.size.join('×')} kernel ${c.kernel.join('×')} stride ${c.stride} ` +
  `padding ${c.padding} dilation ${c.dilation[0]} groups ${c.groups}`;

for (const build of ['relaxed', 'simd'] as const) {
  const runner = new KernelRunner(build);
  describe(`direct convolution, ${build}`, () => {
    for (const [seed, c] of cases.entries())
      it(name(c), () => {
        const shapes = convShapes(c);
        const tensor = (of: keyof typeof shapes) => ({
          shape: shapes[of],
          data: noise(
            shapes[of].reduce((a, b) => a * b),
            seed + shapes[of].length,
          ),
        });
        const [x, w, dy] = [tensor('x'), tensor('w'), tensor('y')];
        const bias = { shape: [c.outChannels], data: noise(c.outChannels, seed + 9) };
        const expected = convOracle(c, x.data, w.data, dy.data, bias.data);
        for (const threads of [1, 2]) {
          const attrs = c;
          const y = runLowering(runner, conv2dLowering, {
            attrs,
            inputs: [x, w, bias],
            output: shapes.y,
            threads,
          }).result;
          const dx = runLowering(runner, conv2dBackwardInputLowering, {
            attrs,
            inputs: [dy, w],
            output: shapes.x,
            threads,
          }).result;
          const dw = runLowering(runner, conv2dBackwardWeightLowering, {
            attrs,
            inputs: [x, dy],
            output: shapes.w,
            threads,
          }).result;
          for (const [what, error] of Object.entries({
            y: relativeError(y, expected.y),
            dx: relativeError(dx, expected.dx),
            dw: relativeError(dw, expected.dw),
          }))
            assert.ok(error <= tolerance, `${what}, ${threads} threads: relative error ${error}`);
        }
      });
  });
}
