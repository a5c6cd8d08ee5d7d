import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../../../src/ops/conv2d.js';
import { type Case, checkAgreement, randn } from './agreement.js';
import { runLowered, runReference } from './lowered.js';
import { builds, Sandbox } from './sandbox.js';

interface Row {
  readonly x: readonly [batch: number, channels: number, height: number, width: number];
  readonly out: number;
  readonly padding: number;
  /** @default 3 × 3 */
  readonly kernel?: readonly [height: number, width: number];
  /** @default 1 */
  readonly stride?: number;
  /** @default 16 */
  readonly block?: number;
}

const rows: readonly Row[] = [
  { x: [2, 16, 13, 10], out: 32, padding: 1 },
  { x: [3, 32, 13, 11], out: 16, padding: 0 },
  { x: [3, 32, 7, 7], out: 48, padding: 1 },
  { x: [1, 48, 9, 9], out: 32, padding: 1 },
  { x: [2, 64, 4, 4], out: 64, padding: 1 },
  { x: [3, 16, 16, 16], out: 16, padding: 0 },
  { x: [2, 32, 5, 18], out: 32, padding: 1 },
  { x: [4, 16, 14, 9], out: 16, padding: 1 },
  { x: [1, 256, 7, 7], out: 16, padding: 1 },
  { x: [1, 16, 6, 5], out: 256, padding: 1 },
  { x: [2, 256, 6, 6], out: 48, padding: 0 },
  { x: [2, 256, 6, 9], out: 16, padding: 1 },
  // The last and the next have more tiles than those for which kept weights have 16 elements.
  { x: [5, 256, 7, 7], out: 16, padding: 0 },
  // With a stride of two: tiles of four, and of three in rows, columns and both.
  { x: [3, 16, 32, 31], out: 32, padding: 1, stride: 2 },
  { x: [4, 32, 27, 32], out: 16, padding: 1, stride: 2 },
  { x: [5, 16, 33, 27], out: 48, padding: 0, stride: 2 },
  { x: [9, 64, 14, 14], out: 32, padding: 1, stride: 2 },
  { x: [12, 16, 9, 19], out: 32, padding: 1, stride: 2 },
  { x: [8, 16, 13, 26], out: 16, padding: 0, stride: 2 },
  // The same where threads share channels.
  { x: [9, 128, 14, 14], out: 48, padding: 1, stride: 2 },
  { x: [13, 128, 9, 19], out: 16, padding: 1, stride: 2 },
  { x: [3, 144, 33, 27], out: 32, padding: 0, stride: 2 },
  // Along rows, where the kernel has other sizes.
  { x: [2, 12, 21, 24], out: 12, padding: 0, kernel: [5, 5], block: 12 },
  { x: [3, 24, 15, 17], out: 12, padding: 2, kernel: [5, 5], block: 8 },
  { x: [1, 16, 20, 20], out: 33, padding: 4, kernel: [5, 5] },
  { x: [2, 13, 18, 22], out: 24, padding: 1, kernel: [3, 5], block: 1 },
  { x: [2, 9, 19, 30], out: 8, padding: 2, kernel: [4, 4], block: 8 },
  { x: [2, 3, 41, 51], out: 64, padding: 3, kernel: [7, 7], stride: 2, block: 1 },
  { x: [2, 3, 38, 54], out: 20, padding: 0, kernel: [6, 8], stride: 2, block: 3 },
  { x: [2, 16, 23, 40], out: 16, padding: 2, kernel: [1, 9], stride: 2 },
];

interface Call {
  readonly op: string;
  readonly attrs: object;
  readonly inputs: Case['inputs'];
}

function passes({ x: shape, out, padding, kernel = [3, 3], stride = 1 }: Row): Call[] {
  const attrs = {
    stride: [stride, stride],
    padding: [padding, padding],
    dilation: [1, 1],
    groups: 1,
  };
  const x = randn(shape, 1);
  const w = randn([out, shape[1], ...kernel], 2);
  const bias = randn([out], 3);
  const [, , height, width] = shape;
  const outSize = (size: number, taps: number) =>
    Math.floor((size + 2 * padding - taps) / stride) + 1;
  const dy = randn([shape[0], out, outSize(height, kernel[0]), outSize(width, kernel[1])], 4);
  const input = { op: 'conv2dBackwardInput', attrs: { ...attrs, shape }, inputs: [dy, w] };
  const weight = {
    op: 'conv2dBackwardWeight',
    attrs: { ...attrs, shape: w.shape },
    inputs: [x, dy],
  };
  return [
    { op: 'conv2d', attrs, inputs: [x, w, bias] },
    ...(stride === 1 ? [input] : []),
    ...(stride === 1 || kernel[0] !== 3 ? [weight] : []),
  ];
}

// Element by element against the mean size: its worst rounding is some ten times that of the whole below.
checkAgreement(
  rows.flatMap((row) =>
    passes(row).flatMap((call) =>
      [false, true].map((steady) => ({
        ...{ ...call, steady, blocks: [row.block ?? 16], tolerance: 5e-5 },
      })),
    ),
  ),
);

const boxes = builds.map((build) => ({ build, box: new Sandbox(build) }));

/** Root mean square of the difference, relative to that of `expected`. */
function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += ((actual[i] ?? Number.NaN) - (expected[i] ?? 0)) ** 2;
    size += (expected[i] ?? 0) ** 2;
  }
  return Math.sqrt(difference / size);
}

test('Winograd is used, and its rounding is 1e-5 of the root mean square at most', () => {
  for (const { op, attrs, inputs } of rows.flatMap(passes))
    for (const { build, box } of boxes) {
      const { types, arrays } = runReference(op, attrs, inputs);
      const errorOf = (winograd: boolean) => {
        const [actual] = runLowered(box, op, attrs, inputs, types, { winograd }) ?? [];
        return relativeError(actual ?? [], arrays[0] ?? []);
      };
      const error = errorOf(true);
      const what = `${op} ${inputs.map(({ shape }) => `[${shape}]`)} (${build})`;
      assert.ok(error <= 1e-5, `${what}: ${error}`);
      assert.ok(error > errorOf(false), `${what}: the option to do without it changes nothing`);
    }
});

test('kept weights of few tiles are those of F(2×2, 3×3), with half the rounding at most', () => {
  const wide = rows.filter(({ x, stride }) => x[1] === 256 && stride === undefined);
  const errors = wide.flatMap(passes).flatMap(({ op, attrs, inputs }) => {
    if (op !== 'conv2d') return [];
    const { types, arrays } = runReference(op, attrs, inputs);
    return boxes.map(({ box }) => {
      const [kept, made] = [true, false].map((steady) => {
        const [actual] = runLowered(box, op, attrs, inputs, types, { steady }) ?? [];
        return relativeError(actual ?? [], arrays[0] ?? []);
      });
      const [batch = 0, , height = 0, width = 0] = types[0]?.shape ?? [];
      const tiles = batch * Math.ceil(height / 4) * Math.ceil(width / 4);
      return { tiles, kept: kept ?? Number.NaN, made: made ?? Number.NaN };
    });
  });
  assert.deepEqual(
    errors.map(({ tiles }) => tiles),
    [4, 4, 2, 2, 12, 12, 5 * 4, 5 * 4],
  );
  for (const { tiles, kept, made } of errors)
    if (tiles > 8) assert.equal(kept, made);
    else assert.ok(kept < made / 2, `${kept}, ${made}`);
});

test('a ReLU is fused behind the bias', () => {
  for (const call of [rows[5], rows[11], rows[16]].flatMap((row) =>
    row ? passes(row).slice(0, 1) : [],
  ))
    for (const { box } of boxes)
      for (const winograd of [true, false])
        for (const inputs of [call.inputs, call.inputs.slice(0, 2)]) {
          const { types } = runReference(call.op, call.attrs, inputs);
          const [plain] = runLowered(box, call.op, call.attrs, inputs, types, { winograd }) ?? [];
          const attrs = { ...call.attrs, relu: true };
          const [fused] = runLowered(box, call.op, attrs, inputs, types, { winograd }) ?? [];
          assert.ok(plain);
          assert.deepEqual(
            fused,
            plain.map((value: number) => Math.max(value, 0)),
          );
        }
});
