/** Convolutions and their gradients as products in which patches of the image are a matrix that is never made. */
import type { Shape } from '../../../core/shape.js';
import type { Conv2dAttrs } from '../../../graph/attrs/layers.js';
import { operands } from '../../../graph/op.js';
import { type Lowering, type Lowerings, lowering } from '../lowering.js';
import { type Product, productKernels } from './product.js';

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

type Letter = 'x' | 'w' | 'y';

/** A pass: which letters its two operands and its result have, and the product that it is. */
function pass(
  letters: readonly Letter[],
  terms: (g: Geometry, hasBias: boolean) => Omit<Product, 'name' | 'reads' | 'result' | 'batch'>,
): Lowering {
  return lowering<Conv2dAttrs>(({ name, inputs, outputs, attrs }, context) => {
    const [result] = operands(outputs);
    const values = [...inputs.slice(0, 2), result];
    const shapeOf = (letter: Letter) => values[letters.indexOf(letter)]?.shape ?? [];
    const g = geometry(shapeOf('x'), shapeOf('w'), shapeOf('y'), attrs);
    const product = terms(g, inputs.length > 2);
    return productKernels({ name, reads: inputs, result, batch: g.groups, ...product }, context);
  });
}

const conv2d = pass(['x', 'w', 'y'], (g, hasBias) => {
  const k = g.C * g.kk;
  const PQ = g.P * g.Q;
  return {
    ...{ m: g.O, n: g.N * PQ, k },
    a: `v = in1[(z * ${g.O}u + i) * ${k}u + k];`,
    b: `let r = k; let e = j; ${patch(g, 'in0')}`,
    place: `((j / ${PQ}u) * ${g.filters}u + z * ${g.O}u + i) * ${PQ}u + j % ${PQ}u`,
    ...(hasBias && { value: `s + in2[z * ${g.O}u + i]` }),
  };
});

/** k goes through (o, u, w): each pixel asks the outputs that have seen it. */
const conv2dBackwardInput = pass(['y', 'w', 'x'], (g) => {
  const { stride, padding, dilation } = g;
  const HW = g.H * g.W;
  return {
    ...{ m: g.C, n: g.N * HW, k: g.O * g.kk },
    a: `v = in1[((z * ${g.O}u + k / ${g.kk}u) * ${g.C}u + i) * ${g.kk}u + k % ${g.kk}u];`,
    b: `let n = j / ${HW}u;
    let y = i32(j / ${g.W}u % ${g.H}u + ${padding[0]}u) - i32(k / ${g.kW}u % ${g.kH}u * ${dilation[0]}u);
    let x = i32(j % ${g.W}u + ${padding[1]}u) - i32(k % ${g.kW}u * ${dilation[1]}u);
    let p = y / ${stride[0]}i; let q = x / ${stride[1]}i;
    if (y >= 0i && x >= 0i && y % ${stride[0]}i == 0i && x % ${stride[1]}i == 0i && p < ${g.P}i && q < ${g.Q}i) {
      v = in0[((n * ${g.filters}u + z * ${g.O}u + k / ${g.kk}u) * ${g.P}u + u32(p)) * ${g.Q}u + u32(q)];
    }`,
    place: `((j / ${HW}u) * ${g.channels}u + z * ${g.C}u + i) * ${HW}u + j % ${HW}u`,
  };
});

const conv2dBackwardWeight = pass(['x', 'y', 'w'], (g) => {
  const PQ = g.P * g.Q;
  const n = g.C * g.kk;
  return {
    ...{ m: g.O, n, k: g.N * PQ },
    a: `v = in1[((k / ${PQ}u) * ${g.filters}u + z * ${g.O}u + i) * ${PQ}u + k % ${PQ}u];`,
    b: `let r = j; let e = k; ${patch(g, 'in0')}`,
    place: `(z * ${g.O}u + i) * ${n}u + j`,
  };
});

export const convLowerings: Lowerings = { conv2d, conv2dBackwardInput, conv2dBackwardWeight };
