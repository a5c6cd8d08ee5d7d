import '../../../../src/ops/adaptive-avg-pool2d.js';
import '../../../../src/ops/avg-pool2d.js';
import '../../../../src/ops/max-pool2d.js';
import { type Case, checkAgreement, given, randn } from './agreement.js';
import { runReference } from './lowered.js';

type Pair = readonly [number, number];

interface PoolRow {
  readonly shape: readonly number[];
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly padding?: Pair;
  readonly dilation?: Pair;
  readonly ceilMode?: boolean;
}

const rows: readonly PoolRow[] = [
  { shape: [2, 3, 4, 6], kernelSize: [2, 2], stride: [2, 2] },
  { shape: [1, 1, 1, 1], kernelSize: [1, 1], stride: [1, 1] },
  { shape: [1, 16, 28, 28], kernelSize: [2, 2], stride: [2, 2] },
  { shape: [3, 5, 7, 9], kernelSize: [2, 2], stride: [2, 2] },
  { shape: [2, 20, 13, 17], kernelSize: [2, 2], stride: [2, 2], ceilMode: true },
  { shape: [2, 17, 11, 11], kernelSize: [3, 3], stride: [2, 2], padding: [1, 1] },
  { shape: [1, 4, 9, 7], kernelSize: [3, 2], stride: [1, 3], padding: [1, 0] },
  { shape: [2, 8, 10, 12], kernelSize: [2, 3], stride: [2, 1], dilation: [2, 1] },
  { shape: [0, 3, 4, 4], kernelSize: [2, 2], stride: [2, 2] },
];

checkAgreement(
  rows.flatMap((row): Case[] => {
    const { shape, padding = [0, 0], dilation = [1, 1], ceilMode = false } = row;
    const attrs = { kernelSize: row.kernelSize, stride: row.stride, padding, dilation, ceilMode };
    const x = randn(shape, 1);
    const { types, arrays } = runReference('maxPool2d', attrs, [x]);
    const pooled = types[0]?.shape ?? [];
    const dy = randn(pooled, 2);
    const places = given(pooled, Array.from(arrays[1] ?? []), 'int32');
    const blocks = [1, 4, 16];
    return [
      { op: 'maxPool2d', attrs, inputs: [x], blocks },
      { op: 'maxPool2dBackward', attrs: { shape }, inputs: [dy, places], blocks },
      ...(dilation[0] === 1 ? averages({ ...attrs, shape, blocks, x, dy }) : []),
    ];
  }),
);

function averages({
  x,
  dy,
  blocks,
  shape,
  ...attrs
}: PoolRow &
  Omit<Case, 'op' | 'inputs'> & { x: Case['inputs'][0]; dy: Case['inputs'][0] }): Case[] {
  return [true, false].flatMap((countIncludePad): Case[] => [
    { op: 'avgPool2d', attrs: { ...attrs, countIncludePad }, inputs: [x], blocks: blocks ?? [] },
    {
      op: 'avgPool2dBackward',
      attrs: { ...attrs, countIncludePad, shape },
      inputs: [dy],
      blocks: blocks ?? [],
    },
  ]);
}

// Equal values, and NaN among them.
const ties = given(
  [1, 1, 4, 8],
  Array.from({ length: 32 }, (_, i) => (i === 13 ? Number.NaN : i % 3)),
);
checkAgreement(
  [[2, 2] as const, [3, 3] as const].map((kernelSize) => ({
    op: 'maxPool2d',
    attrs: { kernelSize, stride: [2, 2], padding: [0, 0], dilation: [1, 1], ceilMode: false },
    inputs: [ties],
    blocks: [1, 4],
  })),
);

checkAgreement(
  [
    { shape: [2, 16, 7, 7], outputSize: [1, 1] },
    { shape: [3, 5, 33, 31], outputSize: [1, 1] },
    { shape: [1, 12, 10, 7], outputSize: [3, 4] },
    { shape: [2, 3, 4, 5], outputSize: [7, 6] },
  ].flatMap(({ shape, outputSize }): Case[] => [
    {
      op: 'adaptiveAvgPool2d',
      attrs: { outputSize },
      inputs: [randn(shape, 1)],
      blocks: [1, 4, 12],
    },
    {
      op: 'adaptiveAvgPool2dBackward',
      attrs: { shape },
      inputs: [randn([...shape.slice(0, 2), ...outputSize], 2)],
      blocks: [1, 4, 12],
    },
  ]),
);
