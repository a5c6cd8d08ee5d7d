/** What plans fuse, as cases: a convolution or a sum and what follows it, on several layouts. */
import * as nn from '../../src/nn/index.js';
import '../../src/ops/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { input, type OpCase } from '../ops/op-case.js';

const F = nn.functional;

/** Channels that fill vectors, that stand last, and that are padded. */
const widths = [3, 12, 16, 17, 32] as const;

const relu = (x: Tensor) => x.relu();
const pool = (x: Tensor) => F.maxPool2d(x, 2);

/** Weights get no gradient: of a padded convolution it would be 0 · NaN, which is left to engines. */
const fixed = { grad: false } as const;

interface Shape {
  readonly from: number;
  readonly to: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
}

function convolution(
  what: string,
  { from, to, kernel, groups = 1, ...window }: Shape,
  after: (y: Tensor, ...rest: Tensor[]) => Tensor,
  rest: OpCase['inputs'] = [],
): OpCase {
  return {
    name: `${kernel}×${kernel} from ${from} to ${to} channels${groups > 1 ? ', depthwise' : ''}, ${what}`,
    ops: ['conv2d'],
    inputs: [
      input([2, from, 9, 8]),
      input([to, from / groups, kernel, kernel], fixed),
      input([to], fixed),
      ...rest,
    ],
    run: (x, w, b, ...others) => after(F.conv2d(x, w, b, { groups, ...window }), ...others),
  };
}

const convolutions = widths.flatMap((width): OpCase[] => [
  convolution('relu', { from: width, to: width, kernel: 1 }, relu),
  convolution('relu', { from: width, to: 16, kernel: 3, padding: 1 }, relu),
  convolution('relu', { from: 16, to: width, kernel: 5 }, relu),
  convolution('relu', { from: width, to: 32, kernel: 3, stride: 2, padding: 1 }, relu),
  convolution('relu', { from: width, to: width, kernel: 3, groups: width }, relu),
  convolution('relu and pooling', { from: width, to: width, kernel: 3 }, (y) => pool(relu(y))),
  convolution('pooling', { from: width, to: width, kernel: 3 }, pool),
]);

/** Scale, shift, mean and variance of channels. */
const statistics = (channels: number): OpCase['inputs'] => [
  input([channels], fixed),
  input([channels], fixed),
  input([channels], fixed),
  input([channels], { low: 0.5, high: 2, grad: false }),
];

const evaluate = (y: Tensor, ...[scale, shift, mean, variance]: Tensor[]) =>
  F.batchNorm(y, mean ?? null, variance ?? null, { weight: scale ?? null, bias: shift ?? null });

const normalize = (x: Tensor, weight: Tensor | null = null, bias: Tensor | null = null) =>
  F.batchNorm(x, null, null, { training: true, weight, bias });

const folded = widths.flatMap((width): OpCase[] => [
  convolution(
    'batch norm and relu, folded',
    { from: 16, to: width, kernel: 3, padding: 1 },
    (y, ...of) => relu(evaluate(y, ...of)),
    statistics(width),
  ),
  convolution(
    'batch norm, sum and relu, folded',
    { from: 16, to: width, kernel: 1 },
    (y, residual, ...of) => relu(evaluate(y, ...of).add(residual ?? y)),
    [input([2, width, 9, 8]), ...statistics(width)],
  ),
]);

function images(
  what: string,
  width: number,
  run: OpCase['run'],
  more: OpCase['inputs'] = [],
): OpCase {
  return {
    name: `${what}, ${width} channels`,
    ops: [],
    inputs: [input([3, width, 6, 8]), ...more],
    run,
  };
}

const normalized = widths.flatMap((width): OpCase[] => {
  const vectors = [input([width]), input([width])];
  const conv = { from: 16, to: width, kernel: 3, padding: 1 };
  return [
    images('batch norm and relu', width, (x, w, b) => relu(normalize(x, w, b)), vectors),
    images(
      'batch norm, relu and pooling',
      width,
      (x, w, b) => pool(relu(normalize(x, w, b))),
      vectors,
    ),
    images('batch norm, sum and relu', width, (x, r) => relu(normalize(x).add(r ?? x)), [
      input([3, width, 6, 8]),
    ]),
    convolution('batch norm, relu and pooling', conv, (y) => pool(relu(normalize(y)))),
    images('relu and pooling', width, (x) => pool(relu(x))),
    images('sum and relu', width, (x, r) => relu(x.add(r ?? x)), [input([3, width, 6, 8])]),
    images('sum of squares', width, (x) => x.square().sum()),
    images('relu, average and mean', width, (x) => F.adaptiveAvgPool2d(relu(x), 1).mean()),
  ];
});

const products: readonly OpCase[] = [
  {
    name: 'linear and relu',
    ops: ['linear'],
    inputs: [input([32, 64]), input([64, 64], fixed), input([64], fixed)],
    run: (x, w, b) => relu(F.linear(x, w, b)),
  },
  {
    name: 'linear, dropped channels of nothing, cross entropy',
    ops: [],
    inputs: [input([6, 20]), input([10, 20], fixed), input([6], { dtype: 'int32', high: 10 })],
    run: (x, w, labels) => F.crossEntropy(F.linear(x, w), labels),
  },
  {
    name: 'attention',
    ops: [],
    inputs: [input([4, 8]), input([5, 8]), input([5, 3])],
    run: (q, k, v) => q.matmul(k.transpose(0, 1)).div(Math.sqrt(8)).softmax(1).matmul(v),
  },
];

export const chains: readonly OpCase[] = [...convolutions, ...folded, ...normalized, ...products];
