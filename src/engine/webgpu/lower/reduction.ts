/** Sums, means, extremes and their places, variances and norms, over any dimensions. */
import type { NormAttrs, ReductionAttrs, VarianceAttrs } from '../../../graph/attrs/reduction.js';
import { operands } from '../../../graph/op.js';
import { literal } from '../kernel.js';
import { type Lowering, type Lowerings, lowering } from '../lowering.js';
import { type Fold, foldKernel, reductionWalk } from './fold.js';

/** `finish` is told how many elements there are. */
function sumOf(element: string, finish: (sum: string, count: number) => string): Lowering {
  return lowering<ReductionAttrs>(({ name, inputs, outputs, attrs }) => {
    const [x] = operands(inputs);
    const [y] = operands(outputs);
    const walk = reductionWalk(x.shape, attrs.dims);
    // A sum of whole numbers that int32 cannot hold is an error, which only the host can raise.
    if (x.dtype === 'int32' || (x.dtype === 'uint8' && walk.size * 255 >= 2 ** 31))
      return undefined;
    const isFloat = x.dtype === 'float32';
    const fold: Fold = {
      state: [['sum', isFloat ? 'f32' : 'i32', isFloat ? '0f' : '0i']],
      take: isFloat ? `let v = in0[at]; sum += ${element};` : 'sum += i32(in0[at]);',
      merge: 'sum += sumB;',
      finish: `out0[o] = ${finish('sum', walk.size)};`,
    };
    return [foldKernel(name, [x], [y], walk, fold)];
  });
}

/** The greatest or least element, or where it first is; of NaN the first. */
function extreme(sign: '' | '-', wanted: 'value' | 'place'): Lowering {
  return lowering<ReductionAttrs>(({ name, inputs, outputs, attrs }) => {
    const [x] = operands(inputs);
    const [y] = operands(outputs);
    if (x.dtype !== 'float32') return undefined;
    const fold: Fold = {
      state: [
        ['best', 'f32', '0f'],
        ['first', 'u32', '0xffffffffu'],
      ],
      take: `let v = ${sign}in0[at]; if (first == 0xffffffffu || exceeds(v, best)) { best = v; first = q; }`,
      merge: `if (firstB != 0xffffffffu && (first == 0xffffffffu || exceeds(bestB, best) || (!exceeds(best, bestB) && firstB < first))) { best = bestB; first = firstB; }`,
      finish: wanted === 'value' ? `out0[o] = ${sign}best;` : 'out0[o] = i32(first);',
    };
    return [foldKernel(name, [x], [y], reductionWalk(x.shape, attrs.dims), fold)];
  });
}

/** Whole numbers whose product int32 cannot hold are an error, which only the host can raise. */
const prod = lowering<ReductionAttrs>(({ name, inputs, outputs, attrs }) => {
  const [x] = operands(inputs);
  const [y] = operands(outputs);
  if (x.dtype !== 'float32') return undefined;
  const fold: Fold = {
    state: [['product', 'f32', '1f']],
    take: 'product *= in0[at];',
    merge: 'product *= productB;',
    finish: 'out0[o] = product;',
  };
  return [foldKernel(name, [x], [y], reductionWalk(x.shape, attrs.dims), fold)];
});

const norm = lowering<NormAttrs>(({ name, inputs, outputs, attrs: { dims, p } }) => {
  const [x] = operands(inputs);
  const [y] = operands(outputs);
  if (x.dtype !== 'float32') return undefined;
  const fold: Fold = {
    state: [['sum', 'f32', '0f']],
    take: `let v = in0[at]; sum += ${p === 2 ? 'v * v' : `powerOf(abs(v), ${literal(p)})`};`,
    merge: 'sum += sumB;',
    finish: `out0[o] = ${p === 2 ? 'sqrt(sum)' : `powerOf(sum, ${literal(1 / p)})`};`,
  };
  return [foldKernel(name, [x], [y], reductionWalk(x.shape, dims), fold)];
});

/** By Welford's updates, which parts of the elements can be merged by (Chan et al., 1983). */
function variance(finish: (value: string) => string): Lowering {
  return lowering<VarianceAttrs>(({ name, inputs, outputs, attrs: { dims, correction } }) => {
    const [x] = operands(inputs);
    const [y] = operands(outputs);
    if (x.dtype !== 'float32') return undefined;
    const walk = reductionWalk(x.shape, dims);
    const degrees = Math.max(0, walk.size - correction);
    const value = degrees === 0 ? 'notANumber()' : `squares / ${literal(degrees)}`;
    // By one element or none less than corrected for, it is 0/0.
    if (degrees === 0) return undefined;
    const fold: Fold = {
      state: welford.state,
      take: `let v = in0[at]; ${welford.take}`,
      merge: welford.merge,
      finish: `out0[o] = ${finish(value)};`,
    };
    return [foldKernel(name, [x], [y], walk, fold)];
  });
}

/** Count, mean and squared deviations of elements `v`. */
export const welford: Pick<Fold, 'state' | 'take' | 'merge'> = {
  state: [
    ['count', 'f32', '0f'],
    ['center', 'f32', '0f'],
    ['squares', 'f32', '0f'],
  ],
  take: 'count += 1f; let off = v - center; center += off / count; squares += off * (v - center);',
  merge: `if (countB > 0f) { let all = count + countB; let apart = centerB - center; center += apart * countB / all; squares += squaresB + apart * apart * count * countB / all; count = all; }`,
};

export const reductionLowerings: Lowerings = {
  sum: sumOf('v', (sum) => sum),
  mean: sumOf('v', (sum, count) => `${sum} / ${literal(count)}`),
  max: extreme('', 'value'),
  min: extreme('-', 'value'),
  argmax: extreme('', 'place'),
  argmin: extreme('-', 'place'),
  prod,
  norm,
  var: variance((value) => value),
  std: variance((value) => `sqrt(${value})`),
};
