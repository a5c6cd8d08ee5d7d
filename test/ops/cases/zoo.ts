/** Ops that architectures beyond plain CNNs need: gates, order, accumulation, rearrangement. */

import { scaledDotProductAttention } from '../../../src/nn/attention.js';
import { convTranspose2d } from '../../../src/nn/conv-transpose-call.js';
import { interpolate } from '../../../src/nn/interpolate.js';
import { adaptiveMaxPool2d } from '../../../src/ops/adaptive-max-pool2d.js';
import { einsum } from '../../../src/ops/einsum.js';
import { bmm } from '../../../src/ops/functions.js';
import { pad } from '../../../src/ops/pad.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { input, type OpCase } from '../op-case.js';

const x = input([3, 41], { low: -5, high: 5 });
const cube = input([2, 3, 4]);
const special = input([5], {
  values: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -1],
  grad: false,
});

function gate(op: string, run: (x: Tensor) => Tensor, torch: string): OpCase {
  return { name: op, ops: [op, `${op}Backward`], inputs: [x], run, torch };
}

const gates: readonly OpCase[] = [
  gate('hardswish', (a) => a.hardswish(), 'F.hardswish(a)'),
  gate('hardsigmoid', (a) => a.hardsigmoid(), 'F.hardsigmoid(a)'),
  gate('elu', (a) => a.elu(0.7), 'F.elu(a, 0.7)'),
  gate('mish', (a) => a.mish(), 'F.mish(a)'),
  gate('softplus', (a) => a.softplus({ beta: 2, threshold: 3 }), 'F.softplus(a, 2, 3)'),
  {
    name: 'gates far from 0',
    ops: ['elu', 'mish', 'softplus', 'hardswish'],
    inputs: [input([6], { values: [-200, -30, -3, 3, 30, 200], grad: false })],
    run: (a) => [a.elu(), a.mish(), a.softplus(), a.hardswish(), a.relu6()],
    torch: '(F.elu(a), F.mish(a), F.softplus(a), F.hardswish(a), F.relu6(a))',
  },
];

const elementary: readonly OpCase[] = [
  {
    name: 'rounding',
    ops: ['floor', 'ceil', 'round'],
    inputs: [
      input([9], { values: [-2.5, -1.5, -0.5, -0.2, 0, 0.5, 1.5, 2.4999, 3.7], grad: false }),
    ],
    run: (a) => [a.floor(), a.ceil(), a.round()],
    torch: '(a.floor(), a.ceil(), a.round())',
  },
  {
    name: 'rounding has gradient 0',
    ops: ['floor', 'ceil', 'round'],
    inputs: [input([4], { values: [-1.3, 0.2, 0.7, 2.6] })],
    run: (a) => [a.floor(), a.ceil(), a.round()],
    torch: '(a.floor(), a.ceil(), a.round())',
  },
  {
    name: 'sin, cos and erf',
    ops: ['sin', 'cos', 'erf'],
    inputs: [x],
    run: (a) => [a.sin(), a.cos(), a.erf()],
    torch: '(a.sin(), a.cos(), a.erf())',
  },
  {
    name: 'isnan and isfinite',
    ops: ['isnan', 'isfinite'],
    inputs: [special],
    run: (a) => [a.isnan(), a.isfinite()],
    torch: '(a.isnan(), a.isfinite())',
  },
];

const order: readonly OpCase[] = [
  {
    name: 'sort',
    ops: ['sort', 'scatterAdd'],
    inputs: [cube],
    run: (a) => [a.sort().values, a.sort(1, { descending: true }).values, a.argsort(0)],
    torch: '(a.sort()[0], a.sort(1, descending=True)[0], a.argsort(0))',
  },
  {
    name: 'sort keeps the order of equals, NaN is largest',
    ops: ['sort'],
    inputs: [input([6], { values: [1, Number.NaN, 0, 1, 0, -1], grad: false })],
    run: (a) => [a.sort().indices, a.sort(0, { descending: true }).indices],
    torch: '(a.sort(stable=True)[1], torch.sort(a, dim=0, descending=True, stable=True)[1])',
  },
  {
    name: 'topk',
    ops: ['sort', 'scatterAdd'],
    inputs: [input([3, 7])],
    run: (a) => {
      const [most, least] = [a.topk(3), a.topk(2, 0, { largest: false })];
      return [most.values, most.indices, least.values, least.indices];
    },
    torch: '(*a.topk(3), *a.topk(2, 0, largest=False))',
  },
  {
    name: 'sort a scalar',
    ops: ['sort'],
    inputs: [input([])],
    run: (a) => a.sort().values,
    torch: 'a.sort()[0]',
  },
];

const accumulation: readonly OpCase[] = [
  {
    name: 'cumsum',
    ops: ['cumsum'],
    inputs: [cube],
    run: (a) => [a.cumsum(0), a.cumsum(-1)],
    torch: '(a.cumsum(0), a.cumsum(-1))',
  },
  {
    name: 'prod',
    ops: ['prod', 'productOfOthers'],
    inputs: [cube],
    run: (a) => [a.prod(), a.prod(1), a.prod(-1, { keepdim: true })],
    torch: '(a.prod(), a.prod(1), a.prod(-1, keepdim=True))',
  },
  {
    name: 'prod of zeros',
    ops: ['prod', 'productOfOthers'],
    inputs: [input([3, 3], { values: [0, 2, 3, 0, 5, 0, 1, 2, 3] })],
    run: (a) => a.prod(1),
    torch: 'a.prod(1)',
  },
  {
    name: 'logsumexp',
    ops: ['exp', 'log', 'isfinite'],
    inputs: [cube],
    run: (a) => [a.logsumexp(1), a.mul(400).logsumexp([0, 2], { keepdim: true })],
    torch: '(a.logsumexp(1), (a * 400).logsumexp([0, 2], keepdim=True))',
  },
  {
    name: 'logsumexp of infinities',
    ops: ['isfinite'],
    inputs: [input([2, 2], { values: [-Infinity, -Infinity, Infinity, 1], grad: false })],
    run: (a) => a.logsumexp(1),
    torch: 'a.logsumexp(1)',
  },
  {
    name: 'any and all',
    ops: ['ne', 'sum'],
    inputs: [input([2, 3], { dtype: 'bool' }), input([2, 0], { dtype: 'bool' })],
    run: (a, b) => [a.any(), a.all(), a.any(0), a.all(1, { keepdim: true }), b.any(1), b.all(1)],
    torch: '(a.any(), a.all(), a.any(0), a.all(1, keepdim=True), b.any(1), b.all(1))',
  },
];

const rearrangement: readonly OpCase[] = [
  {
    name: 'flip',
    ops: ['flip'],
    inputs: [cube],
    run: (a) => [a.flip(0), a.flip(1, -1), a.flip()],
    torch: '(a.flip(0), a.flip(1, -1), a.flip([]))',
  },
  {
    name: 'roll',
    ops: ['cat', 'slice'],
    inputs: [cube],
    run: (a) => [a.roll(1, 0), a.roll([-1, 3], [1, 2]), a.roll(5)],
    torch: '(a.roll(1, 0), a.roll([-1, 3], [1, 2]), a.roll(5))',
  },
  {
    name: 'repeat',
    ops: ['expand'],
    inputs: [input([2, 3])],
    run: (a) => [a.repeat(2, 1), a.repeat(2, 2, 3), a.repeat(0, 1)],
    torch: '(a.repeat(2, 1), a.repeat(2, 2, 3), a.repeat(0, 1))',
  },
  {
    name: 'maskedFill',
    ops: ['where'],
    inputs: [cube, input([3, 1], { dtype: 'bool', values: [1, 0, 1] })],
    run: (a, mask) => a.maskedFill(mask, -7),
    torch: 'a.masked_fill(b, -7)',
  },
  {
    name: 'scatter',
    ops: ['scatter', 'gather'],
    inputs: [
      input([3, 4]),
      input([2, 3], { dtype: 'int32', values: [0, 3, 2, 1, 0, 2] }),
      input([2, 3]),
    ],
    run: (base, index, src) => [base.scatter(1, index, src), base.scatter(0, index.mul(0), 2)],
    torch: '(a.scatter(1, b.long(), c), a.scatter(0, (b * 0).long(), 2.0))',
  },
  {
    name: 'pad',
    ops: ['cat', 'indexSelect', 'slice'],
    inputs: [input([1, 2, 4, 5])],
    run: (a) => [
      pad(a, [1, 2, 0, 3], { value: 1.5 }),
      pad(a, [-1, 1]),
      pad(a, [1, 2, 3, 0], { mode: 'reflect' }),
      pad(a, [1, 2, 3, 0], { mode: 'replicate' }),
      pad(a, [1, 2, 3, 0], { mode: 'circular' }),
    ],
    torch:
      "(F.pad(a, [1, 2, 0, 3], value=1.5), F.pad(a, [-1, 1]), F.pad(a, [1, 2, 3, 0], 'reflect'), F.pad(a, [1, 2, 3, 0], 'replicate'), F.pad(a, [1, 2, 3, 0], 'circular'))",
  },
  {
    name: 'einsum',
    ops: ['matmul', 'permute'],
    inputs: [input([2, 3, 4]), input([2, 4, 5]), input([5])],
    run: (a, b, c) => [
      einsum('bij,bjk->bik', a, b),
      einsum('bij,bjk', a, b),
      einsum('bij,bjk,k->ib', a, b, c),
      einsum('bij->jb', a),
      einsum('k,k->', c, c),
      einsum('k,bij->ijkb', c, a),
    ],
    torch:
      "(torch.einsum('bij,bjk->bik', a, b), torch.einsum('bij,bjk', a, b), torch.einsum('bij,bjk,k->ib', a, b, c), torch.einsum('bij->jb', a), torch.einsum('k,k->', c, c), torch.einsum('k,bij->ijkb', c, a))",
  },
  {
    name: 'bmm',
    ops: ['matmul'],
    inputs: [input([2, 3, 4]), input([2, 4, 5])],
    run: (a, b) => bmm(a, b),
    torch: 'torch.bmm(a, b)',
  },
];

const images: readonly OpCase[] = [
  {
    name: 'convTranspose2d',
    ops: ['conv2dBackwardInput', 'conv2d', 'conv2dBackwardWeight'],
    inputs: [input([2, 4, 3, 2]), input([4, 3, 3, 2]), input([3])],
    run: (x, w, b) => [
      convTranspose2d(x, w, b, { stride: [2, 1], padding: [1, 0], outputPadding: [1, 0] }),
      convTranspose2d(x, w, null, { dilation: 2 }),
    ],
    torch:
      '(F.conv_transpose2d(a, b, c, stride=(2, 1), padding=(1, 0), output_padding=(1, 0)), F.conv_transpose2d(a, b, dilation=2))',
  },
  {
    name: 'convTranspose2d in groups',
    ops: ['conv2dBackwardInput'],
    inputs: [input([1, 4, 3, 3]), input([4, 2, 2, 2]), input([4])],
    run: (x, w, b) => convTranspose2d(x, w, b, { groups: 2, stride: 2 }),
    torch: 'F.conv_transpose2d(a, b, c, groups=2, stride=2)',
  },
  {
    name: 'adaptiveMaxPool2d',
    ops: ['adaptiveMaxPool2d', 'maxPool2dBackward'],
    inputs: [input([2, 2, 5, 7])],
    run: (x) => [
      adaptiveMaxPool2d([x], { outputSize: [3, 2] }),
      adaptiveMaxPool2d([x], { outputSize: [1, 1] }),
    ],
    torch: '(F.adaptive_max_pool2d(a, (3, 2)), F.adaptive_max_pool2d(a, 1))',
  },
  {
    name: 'interpolate nearest',
    ops: ['indexSelect', 'indexAdd'],
    inputs: [input([1, 2, 3, 5])],
    run: (x) => [
      interpolate(x, { scaleFactor: 2 }),
      interpolate(x, { size: [2, 8] }),
      interpolate(x, { scaleFactor: [1.7, 0.5] }),
    ],
    torch:
      '(F.interpolate(a, scale_factor=2), F.interpolate(a, size=(2, 8)), F.interpolate(a, scale_factor=(1.7, 0.5)))',
  },
  {
    name: 'interpolate bilinear',
    ops: ['matmul'],
    inputs: [input([1, 2, 3, 5])],
    run: (x) => [
      interpolate(x, { scaleFactor: 2, mode: 'bilinear' }),
      interpolate(x, { size: [2, 8], mode: 'bilinear' }),
      interpolate(x, { size: [7, 4], mode: 'bilinear', alignCorners: true }),
      interpolate(x, { scaleFactor: [1.7, 0.5], mode: 'bilinear' }),
    ],
    torch:
      "(F.interpolate(a, scale_factor=2, mode='bilinear'), F.interpolate(a, size=(2, 8), mode='bilinear'), F.interpolate(a, size=(7, 4), mode='bilinear', align_corners=True), F.interpolate(a, scale_factor=(1.7, 0.5), mode='bilinear'))",
  },
  {
    name: 'interpolate nearest-exact',
    ops: ['indexSelect', 'indexAdd'],
    inputs: [input([1, 2, 3, 5])],
    run: (x) => [
      interpolate(x, { scaleFactor: 2, mode: 'nearest-exact' }),
      interpolate(x, { size: [2, 8], mode: 'nearest-exact' }),
      interpolate(x, { scaleFactor: [1.7, 0.5], mode: 'nearest-exact' }),
    ],
    torch:
      "(F.interpolate(a, scale_factor=2, mode='nearest-exact'), F.interpolate(a, size=(2, 8), mode='nearest-exact'), F.interpolate(a, scale_factor=(1.7, 0.5), mode='nearest-exact'))",
  },
  {
    name: 'interpolate bicubic',
    ops: ['matmul'],
    inputs: [input([1, 2, 4, 5])],
    run: (x) => [
      interpolate(x, { scaleFactor: 2, mode: 'bicubic' }),
      interpolate(x, { size: [2, 8], mode: 'bicubic' }),
      interpolate(x, { size: [7, 1], mode: 'bicubic', alignCorners: true }),
      interpolate(x, { scaleFactor: [1.7, 0.5], mode: 'bicubic' }),
    ],
    torch:
      "(F.interpolate(a, scale_factor=2, mode='bicubic'), F.interpolate(a, size=(2, 8), mode='bicubic'), F.interpolate(a, size=(7, 1), mode='bicubic', align_corners=True), F.interpolate(a, scale_factor=(1.7, 0.5), mode='bicubic'))",
  },
  {
    name: 'scaledDotProductAttention',
    ops: ['matmul', 'softmax'],
    inputs: [
      input([2, 3, 4]),
      input([2, 5, 4]),
      input([2, 5, 6]),
      input([3, 5], { dtype: 'bool', values: [1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1] }),
    ],
    run: (q, k, v, mask) => [
      scaledDotProductAttention(q, k, v),
      scaledDotProductAttention(q, k, v, { attnMask: mask }),
    ],
    torch:
      "((q := a @ b.transpose(1, 2) / 2).softmax(-1) @ c, q.masked_fill(~d, float('-inf')).softmax(-1) @ c)",
  },
];

export const zooCases: readonly OpCase[] = [
  ...gates,
  ...elementary,
  ...order,
  ...accumulation,
  ...rearrangement,
  ...images,
];
