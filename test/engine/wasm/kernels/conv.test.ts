import '../../../../src/ops/conv2d.js';
import { type Case, checkAgreement, randn } from './agreement.js';
import { runReference } from './lowered.js';

type Pair = readonly [number, number];

interface Options {
  readonly k?: number | Pair;
  readonly s?: number | Pair;
  readonly p?: number | Pair;
  readonly d?: number;
  readonly g?: number;
}

interface Row {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly attrs: object;
}

const both = (value: number | Pair): Pair => (typeof value === 'number' ? [value, value] : value);

/** Batch, channels, output channels, height, width; kernel, stride, padding, dilation, groups. */
function shape(
  batch: number,
  channels: number,
  outChannels: number,
  height: number,
  width: number,
  { k = 3, s = 1, p = 0, d = 1, g = 1 }: Options = {},
): Row {
  return {
    x: [batch, channels, height, width],
    w: [outChannels, channels / g, ...both(k)],
    attrs: { stride: both(s), padding: both(p), dilation: both(d), groups: g },
  };
}

const cases: readonly Row[] = [
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
  shape(3, 1, 32, 14, 14),
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
  // Few pixels with many weights, which are gathered: sums in one piece and in several, rows of the output that no tile fills.
  shape(1, 128, 128, 7, 9, { s: 2, p: 1 }),
  shape(3, 64, 232, 5, 4, { d: 2, p: 1 }),
  shape(2, 130, 120, 4, 6, { k: [3, 4], p: [0, 2] }),
  shape(1, 256, 512, 3, 5, { k: 1, s: 2 }),
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

checkAgreement(
  cases.flatMap(({ x: xShape, w: wShape, attrs }, i): Case[] => {
    const x = randn(xShape, 1);
    const w = randn(wShape, 2);
    const bias = i % 2 === 0 ? [randn(wShape.slice(0, 1), 3)] : [];
    const dy = randn(runReference('conv2d', attrs, [x, w]).types[0]?.shape ?? [], 4);
    const common = { blocks: [1, 8], winograd: false };
    const back = { ...common, op: 'conv2dBackwardInput', attrs: { ...attrs, shape: xShape } };
    return [
      { ...common, op: 'conv2d', attrs, inputs: [x, w, ...bias] },
      { ...back, inputs: [dy, w] },
      { ...back, op: 'conv2dBackwardWeight', attrs: { ...attrs, shape: wShape }, inputs: [x, dy] },
    ];
  }),
);
