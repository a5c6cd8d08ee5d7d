import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../../../src/ops/index.js';
import { type Case, checkAgreement, given, narrowRandn } from './agreement.js';
import { fromBfloat16, roundToBfloat16, toBfloat16 } from './lowered.js';
import { builds, normals, Sandbox } from './sandbox.js';

const storage = 'bfloat16';
const eps = 1e-5;
const vector = (count: number, stream: number) => narrowRandn([count], stream);
const variance = (count: number) =>
  given(
    [count],
    Array.from({ length: count }, (_, i) => 0.5 + i / count),
  );

const images: readonly (readonly [shape: readonly number[], blocks: readonly number[]])[] = [
  [
    [2, 16, 5, 7],
    [16, 1],
  ],
  [
    [3, 20, 3, 3],
    [32, 1],
  ],
  [[2, 144, 4, 4], [144]],
];

checkAgreement(
  images.flatMap(([shape, blocks]): Case[] => {
    const [, channels = 1] = shape;
    const x = narrowRandn(shape, 1, 0.5, 2);
    const dy = narrowRandn(shape, 2);
    const affine = [vector(channels, 3), vector(channels, 4)];
    const statistics = [vector(channels, 5), variance(channels)];
    return [
      { op: 'batchNorm', attrs: { eps }, inputs: [x, ...affine] },
      { op: 'batchNormEval', attrs: { eps }, inputs: [x, ...affine, ...statistics] },
      { op: 'relu', inputs: [x] },
      { op: 'reluBackward', inputs: [x, dy] },
      { op: 'add', inputs: [x, dy] },
      { op: 'sum', attrs: { dims: [0, 2, 3], keepDim: false }, inputs: [x], tolerance: 1e-5 },
    ].map((each) => ({ ...each, blocks, storage }));
  }),
);

const pooled = { kernelSize: [3, 2], stride: [2, 2], padding: [1, 0], countIncludePad: true };
checkAgreement(
  [
    {
      op: 'avgPool2d',
      attrs: { ...pooled, ceilMode: false },
      inputs: [narrowRandn([2, 16, 7, 9], 1)],
    },
    {
      op: 'avgPool2dBackward',
      attrs: { ...pooled, shape: [2, 16, 7, 9] },
      inputs: [narrowRandn([2, 16, 4, 4], 1)],
    },
    {
      op: 'adaptiveAvgPool2d',
      attrs: { outputSize: [1, 1] },
      inputs: [narrowRandn([2, 16, 7, 9], 1)],
    },
  ].map((each) => ({ ...each, blocks: [16, 1], storage })),
);

checkAgreement(
  [
    { op: 'relu', inputs: [narrowRandn([7, 33], 1)] },
    {
      op: 'batchNorm',
      attrs: { eps },
      inputs: [narrowRandn([9, 7], 1), vector(7, 2), vector(7, 3)],
    },
    {
      op: 'batchNormBackward',
      attrs: { eps },
      inputs: [
        narrowRandn([9, 7], 1),
        narrowRandn([9, 7], 2),
        vector(7, 3),
        vector(7, 4),
        variance(7),
      ],
    },
    {
      op: 'sum',
      attrs: { dims: [0], keepDim: false },
      inputs: [narrowRandn([9, 36], 1)],
      tolerance: 1e-5,
    },
    {
      op: 'dropout',
      attrs: { p: 0.3 },
      inputs: [narrowRandn([5, 27], 1), given([4], [5, -6, 7, 8], 'int32')],
    },
  ].map((each) => ({ ...each, storage })),
);

const special = [
  ...[0, -0, 1, -1, 2 ** -126, 2 ** -140, 3.4e38, -3.4e38],
  ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
  // Half way between two neighbours: to the even one.
  ...[1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -23],
];

for (const build of builds)
  test(`floats in bfloat16 and back (${build})`, () => {
    const box = new Sandbox(build);
    for (const count of [1, 3, 4, 37, special.length + 300])
      for (const threads of [1, 2, 3]) {
        box.reset();
        const values = Float32Array.from([...special, ...normals(300, 1)].slice(0, count));
        const narrow = box.shorts(count);
        const [from, to] = [box.at(box.floats(values)), box.at(narrow)];
        box.run('toBfloat16', { from, to, count }, threads);
        const back = box.floats(count);
        box.run('toFloat32', { from: to, to: box.at(back), count }, threads);
        values.forEach((value, i) => {
          const expected = roundToBfloat16(value);
          assert.ok(Object.is(back[i], expected), `${value} becomes ${back[i]}, not ${expected}`);
          assert.ok(Object.is(fromBfloat16(narrow[i] ?? 0), expected));
        });
      }
  });

test('rounding to bfloat16: one unit of 2⁻⁸ up to halves of it', () => {
  assert.equal(toBfloat16(1), 0x3f80);
  assert.deepEqual(special.slice(-3).map(toBfloat16), [0x3f80, 0x3f82, 0x3f81]);
  assert.equal(roundToBfloat16(-Math.PI), -3.140625);
});

for (const block of [1, 3, 16, 20, 32])
  test(`between rows and blocks of ${block} in bfloat16`, () => {
    const [n, c, pixels] = block === 3 ? [2, 3, 45] : [2, 20, 45];
    const blocks = Math.ceil(c / block);
    for (const build of builds) {
      const box = new Sandbox(build);
      const rows = normals(n * c * pixels, 1);
      const floats = box.floats(rows);
      const shorts = box.shorts(Array.from(rows, toBfloat16));
      const sizes = [n, c, pixels, block];
      const length = n * blocks * pixels * block;
      const [narrowed, moved] = [box.shorts(length), box.shorts(length)];
      box.call('toBlockedNarrow', [floats, narrowed, ...sizes], 2);
      box.call('toBlockedBf16', [shorts, moved, ...sizes], 2);
      assert.deepEqual(moved, narrowed);
      const element = (i: number, channel: number, p: number) =>
        ((i * blocks + Math.floor(channel / block)) * pixels + p) * block + (channel % block);
      assert.equal(moved[element(1, c - 1, 7)], shorts[(c + c - 1) * pixels + 7]);
      const [back, wide] = [box.shorts(rows.length), box.floats(rows.length)];
      box.call('toRowMajorBf16', [moved, back, ...sizes], 2);
      box.call('toRowMajorWide', [moved, wide, ...sizes], 2);
      assert.deepEqual(back, shorts);
      assert.deepEqual(Array.from(wide), Array.from(rows, roundToBfloat16));
    }
  });
