/** Functions of one value: arithmetic and activations. */
import type { Tensor } from '../../../src/tensor/tensor.js';
import { gradientsAt, type InputSpec, input, type OpCase } from '../op-case.js';

export const whole = (values: readonly number[], dtype: 'int32' | 'uint8' | 'bool' = 'int32') =>
  input([values.length], { dtype, values });
export const x = input([2, 3, 2]);
export const positive = input([2, 5], { low: 0.2, high: 3 });

type Unary = (x: Tensor) => Tensor;

function unary(
  op: string,
  spec: InputSpec,
  run: Unary,
  torch: string,
  ...backward: string[]
): OpCase {
  return { name: op, ops: [op, ...backward], inputs: [spec], run, torch };
}

/** Enough elements for vectors, remainders and several threads. */
export const many = (op: OpCase): OpCase => ({
  ...op,
  name: `${op.name} many`,
  inputs: op.inputs.map((spec) => ({ ...spec, shape: [3, 173] })),
});
export const unaryCases: readonly OpCase[] = [
  unary('neg', x, (a) => a.neg(), '-a'),
  unary('abs', x, (a) => a.abs(), 'a.abs()'),
  unary('sign', x, (a) => a.sign(), 'a.sign()'),
  unary('exp', x, (a) => a.exp(), 'a.exp()'),
  unary('log', positive, (a) => a.log(), 'a.log()'),
  unary('sqrt', positive, (a) => a.sqrt(), 'a.sqrt()'),
  unary('square', x, (a) => a.square(), 'a.square()'),
  unary('relu', x, (a) => a.relu(), 'a.relu()', 'reluBackward'),
  unary('sigmoid', x, (a) => a.sigmoid(), 'a.sigmoid()', 'sigmoidBackward'),
  unary('tanh', x, (a) => a.tanh(), 'a.tanh()', 'tanhBackward'),
  unary('silu', x, (a) => a.silu(), 'F.silu(a)', 'siluBackward'),
  unary('gelu', x, (a) => a.gelu(), 'F.gelu(a)', 'geluBackward'),
  {
    name: 'gelu far from 0',
    ops: ['gelu', 'geluBackward'],
    inputs: [input([8], { values: [-20, -8, -5, -3.5, 3.5, 5, 8, 20] })],
    run: (a) => a.gelu(),
    torch: 'F.gelu(a)',
  },
  {
    name: 'gelu tanh',
    ops: ['gelu', 'geluBackward'],
    inputs: [x],
    run: (a) => a.gelu({ approximate: 'tanh' }),
    torch: "F.gelu(a, approximate='tanh')",
  },
  {
    name: 'leakyRelu',
    ops: ['leakyRelu', 'leakyReluBackward'],
    inputs: [x],
    run: (a) => a.leakyRelu(0.2),
    torch: 'F.leaky_relu(a, 0.2)',
  },
  {
    name: 'sigmoid far from 0',
    ops: ['sigmoid'],
    inputs: [input([4], { values: [-200, -30, 30, 200] })],
    run: (a) => a.sigmoid(),
    torch: 'a.sigmoid()',
  },
  {
    name: 'kinks at 0',
    ops: ['abs', 'relu', 'reluBackward', 'leakyRelu', 'sign'],
    inputs: [input([3], { values: [-1, 0, 2], grad: false })],
    run: (a) => gradientsAt((v) => v.abs().add(v.relu()).add(v.leakyRelu(0.1)), a),
    torch: 'grad(lambda v: v.abs() + v.relu() + F.leaky_relu(v, 0.1), a)',
  },
  {
    name: 'whole numbers',
    ops: ['neg', 'abs', 'square', 'relu', 'sign'],
    inputs: [whole([-3, 0, 5])],
    run: (a) => [a.neg(), a.abs(), a.square(), a.relu(), a.sign()],
    torch: '(-a, a.abs(), a.square(), a.relu(), a.sign())',
  },
  {
    name: 'clamp',
    ops: ['clamp', 'clampBackward'],
    inputs: [x],
    run: (a) => a.clamp(-0.7, 0.9),
    torch: 'a.clamp(-0.7, 0.9)',
  },
  {
    name: 'clamp one side',
    ops: ['clamp', 'clampBackward'],
    inputs: [x],
    run: (a) => a.clamp(0.1).mul(a.clamp(null, 0.5)),
    torch: 'a.clamp(min=0.1) * a.clamp(max=0.5)',
  },
  {
    name: 'clamp with bounds that cross, and whole numbers',
    ops: ['clamp'],
    inputs: [input([3], { grad: false }), whole([-9, 2, 9])],
    run: (a, b) => [a.clamp(1, -1), b.clamp(-3, 3)],
    torch: '(a.clamp(1, -1), b.clamp(-3, 3))',
  },
  {
    name: 'clamp with bounds that are not finite',
    ops: ['clamp', 'clampBackward'],
    inputs: [input([4], { values: [-2, 0, 3, Number.NaN], grad: false }), whole([-9, 2, 9])],
    run: (a, b) => [
      ...[
        a.clamp(Number.NaN, 1),
        a.clamp(-Infinity, 1),
        a.clamp(0, Number.NaN),
        a.clamp(0, Infinity),
      ],
      ...[a.clamp(-Infinity, Infinity), a.clamp(Infinity, 5), a.clamp(-Infinity, -Infinity)],
      ...gradientsAt((v) => v.clamp(Number.NaN, 1), a),
      ...gradientsAt((v) => v.clamp(-Infinity, 1), a),
      b.clamp(-Infinity, 3),
    ],
    torch:
      '(a.clamp(torch.nan, 1), a.clamp(-torch.inf, 1), a.clamp(0, torch.nan), a.clamp(0, torch.inf), a.clamp(-torch.inf, torch.inf), a.clamp(torch.inf, 5), a.clamp(-torch.inf, -torch.inf), grad(lambda v: v.clamp(torch.nan, 1), a), grad(lambda v: v.clamp(-torch.inf, 1), a), b.clamp(max=3))',
  },
  {
    name: 'leakyRelu with slopes that are not finite',
    ops: ['leakyRelu', 'leakyReluBackward'],
    inputs: [input([5], { values: [-2, -0, 0, 3, Number.NaN], grad: false })],
    run: (a) =>
      [Number.NaN, Infinity, -Infinity].flatMap((slope) => [
        a.leakyRelu(slope),
        ...gradientsAt((v) => v.leakyRelu(slope), a),
      ]),
    torch:
      'sum(((F.leaky_relu(a, s), grad(lambda v: F.leaky_relu(v, s), a)) for s in (torch.nan, torch.inf, -torch.inf)), ())',
  },
  {
    name: 'clamp at its bounds',
    ops: ['clamp', 'clampBackward'],
    inputs: [input([3], { values: [-1, 0, 1], grad: false })],
    run: (a) => gradientsAt((v) => v.clamp(-1, 1), a),
    torch: 'grad(lambda v: v.clamp(-1, 1), a)',
  },
  {
    name: 'not a number goes through',
    ops: ['relu', 'clamp', 'maximum', 'minimum', 'leakyRelu', 'max', 'argmax'],
    inputs: [input([3], { values: [1, Number.NaN, 2], grad: false })],
    run: (a) => [
      a.relu(),
      a.clamp(-1, 1),
      a.maximum(0),
      a.minimum(0),
      a.leakyRelu(),
      a.max(),
      a.argmax(),
      a.eq(a),
      a.ne(a),
    ],
    torch:
      '(a.relu(), a.clamp(-1, 1), a.maximum(torch.tensor(0.)), a.minimum(torch.tensor(0.)), F.leaky_relu(a), a.max(), a.argmax(), a.eq(a), a.ne(a))',
  },
];
