/** Convolutions and their gradients as products in which patches of the image are a matrix that is never made. */
import type { Shape } from '../../../core/shape.js';
import type { Conv2dAttrs } from '../../../graph/attrs/layers.js';
import { operands } from '../../../graph/op.js';
import type { PlanNode } from '../../compiler/plan-node.js';
import type { Kernel } from '../kernel.js';
import { type LowerContext, type Lowering, type Lowerings, lowering } from '../lowering.js';
import { productKernels } from './product.js';
import type { Factor, Product } from './product-terms.js';
import { winogradConv, winogradGradient } from './winograd.js';
import { isWinograd } from './winograd-choice.js';

/** Sizes by the letters of `ops/conv2d.ts`: C and O are channels of a group. */
function geometry(x: Shape, w: Shape, y: Shape, attrs: Conv2dAttrs) {
  const [N = 1, channels = 1, H = 1, W = 1] = x;
  const [filters = 1, C = 1, kH = 1, kW = 1] = w;
  const [, , P = 1, Q = 1] = y;
  const { stride, padding, dilation, groups } = attrs;
  const O = filters / groups;
  return {
    ...{ N, channels, H, W, filters, C, kH, kW, P, Q, O },
    ...{ groups, stride, padding, dilation, kk: kH * kW },
  };
}

type Geometry = ReturnType<typeof geometry>;

/** Sets v to the element of the image that row `r` (c, u, w) and column `e` (n, p, q) of the patches of group z have. */
function patch(g: Geometry, image: string): string {
  const { stride, padding, dilation } = g;
  return `let c = r / ${g.kk}u; let n = e / ${g.P * g.Q}u;
    let y = i32(e / ${g.Q}u % ${g.P}u * ${stride[0]}u + r / ${g.kW}u % ${g.kH}u * ${dilation[0]}u) - ${padding[0]}i;
    let x = i32(e % ${g.Q}u * ${stride[1]}u + r % ${g.kW}u * ${dilation[1]}u) - ${padding[1]}i;
    if (y >= 0i && y < ${g.H}i && x >= 0i && x < ${g.W}i) { v = ${image}[((n * ${g.channels}u + z * ${g.C}u + c) * ${g.H}u + u32(y)) * ${g.W}u + u32(x)]; }`;
}

/** Where row `row` of group z and column j, (n, p, q), lie in images of so many channels, of which a group has `own`. */
const planes = (size: number, channels: number, own: number, row: string): string =>
  `((j / ${size}u) * ${channels}u + z * ${own}u + ${row}) * ${size}u + j % ${size}u`;

/** Images are their own patches where kernels are 1 × 1: whole vectors, where a plane is. */
function pointwise(g: Geometry, place: string): Pick<Factor, 'four'> {
  const isOne = [g.kk, ...g.stride].every((x) => x === 1) && g.padding.every((p) => p === 0);
  return isOne && (g.P * g.Q) % 4 === 0 ? { four: { array: 0, place } } : {};
}

type Letter = 'x' | 'w' | 'y';

/** A pass: which letters its two operands and its result have, the product that it is, and its kernels by Winograd. */
function pass(
  letters: readonly [Letter, Letter, Letter],
  terms: (g: Geometry, hasBias: boolean) => Omit<Product, 'name' | 'reads' | 'result' | 'batch'>,
  winograd: (node: PlanNode<Conv2dAttrs>, context: LowerContext) => Kernel[],
): Lowering {
  return lowering<Conv2dAttrs>((node, context) => {
    const { name, inputs, outputs, attrs } = node;
    const [result] = operands(outputs);
    const values = [...inputs.slice(0, 2), result];
    const shapeOf = (letter: Letter) => values[letters.indexOf(letter)]?.shape ?? [];
    const [x, w, y] = [shapeOf('x'), shapeOf('w'), shapeOf('y')];
    if (isWinograd({ x, w, y, attrs, makes: letters[2] }, context)) return winograd(node, context);
    const g = geometry(x, w, y, attrs);
    const product = terms(g, inputs.length > 2);
    return productKernels({ name, reads: inputs, result, batch: g.groups, ...product }, context);
  });
}

const conv2d = pass(
  ['x', 'w', 'y'],
  (g, hasBias) => {
    const k = g.C * g.kk;
    const PQ = g.P * g.Q;
    return {
      ...{ m: g.O, n: g.N * PQ, k },
      a: { fetch: `v = in1[(z * ${g.O}u + i) * ${k}u + k];`, along: 'k' },
      b: {
        ...{ fetch: `let r = k; let e = j; ${patch(g, 'in0')}`, along: 'own' },
        ...pointwise(g, planes(PQ, g.channels, g.C, 'k')),
      },
      place: planes(PQ, g.filters, g.O, 'i'),
      ...(hasBias && { value: `s + in2[z * ${g.O}u + i]` }),
    };
  },
  ({ name, inputs, outputs, attrs: { padding } }, context) => {
    const [x, w] = operands(inputs);
    const [y] = operands(outputs);
    return winogradConv({ name, x, w, bias: inputs[2], y, padding, turned: false }, context);
  },
);

/** k goes through (o, u, w): each pixel asks the outputs that have seen it. */
const conv2dBackwardInput = pass(
  ['y', 'w', 'x'],
  (g) => {
    const { stride, padding, dilation } = g;
    const HW = g.H * g.W;
    return {
      ...{ m: g.C, n: g.N * HW, k: g.O * g.kk },
      a: {
        fetch: `v = in1[((z * ${g.O}u + k / ${g.kk}u) * ${g.C}u + i) * ${g.kk}u + k % ${g.kk}u];`,
        along: g.kk === 1 ? 'own' : 'k',
      },
      b: {
        fetch: `let n = j / ${HW}u;
    let y = i32(j / ${g.W}u % ${g.H}u + ${padding[0]}u) - i32(k / ${g.kW}u % ${g.kH}u * ${dilation[0]}u);
    let x = i32(j % ${g.W}u + ${padding[1]}u) - i32(k % ${g.kW}u * ${dilation[1]}u);
    let p = y / ${stride[0]}i; let q = x / ${stride[1]}i;
    if (y >= 0i && x >= 0i && y % ${stride[0]}i == 0i && x % ${stride[1]}i == 0i && p < ${g.P}i && q < ${g.Q}i) {
      v = in0[((n * ${g.filters}u + z * ${g.O}u + k / ${g.kk}u) * ${g.P}u + u32(p)) * ${g.Q}u + u32(q)];
    }`,
        along: 'own',
        ...pointwise(g, planes(HW, g.filters, g.O, 'k')),
      },
      place: planes(HW, g.channels, g.C, 'i'),
    };
  },
  ({ name, inputs, outputs, attrs }, context) => {
    const [x, w] = operands(inputs);
    const [y] = operands(outputs);
    const padding = [2 - attrs.padding[0], 2 - attrs.padding[1]] as const;
    return winogradConv({ name, x, w, bias: undefined, y, padding, turned: true }, context);
  },
);

const conv2dBackwardWeight = pass(
  ['x', 'y', 'w'],
  (g) => {
    const PQ = g.P * g.Q;
    const n = g.C * g.kk;
    return {
      ...{ m: g.O, n, k: g.N * PQ },
      a: {
        fetch: `v = in1[((k / ${PQ}u) * ${g.filters}u + z * ${g.O}u + i) * ${PQ}u + k % ${PQ}u];`,
        along: 'k',
      },
      b: { fetch: `let r = j; let e = k; ${patch(g, 'in0')}`, along: 'k' },
      place: `(z * ${g.O}u + i) * ${n}u + j`,
    };
  },
  ({ name, inputs, outputs, attrs: { padding } }, context) => {
    const [x, dy] = operands(inputs);
    const [dw] = operands(outputs);
    return winogradGradient({ name, x, dy, dw, padding }, context);
  },
);

export const convLowerings: Lowerings = { conv2d, conv2dBackwardInput, conv2dBackwardWeight };
