/** Ops whose results along a line depend on its other elements, one after another: a thread for each line, or each element. */
import { numel } from '../../../core/shape.js';
import type { SortAttrs } from '../../../graph/attrs/movement.js';
import type { CumsumAttrs } from '../../../graph/attrs/reduction.js';
import { operands } from '../../../graph/op.js';
import { type Lowerings, lowering } from '../lowering.js';
import { each } from './map.js';
import { linesOf } from './softmax.js';

/** Sums of whole numbers that int32 cannot hold are an error, which only the host can raise. */
const cumsum = lowering<CumsumAttrs>(({ name, inputs, outputs, attrs: { dim, reverse } }) => {
  const [x] = operands(inputs);
  const [y] = operands(outputs);
  if (x.dtype !== 'float32') return undefined;
  const { count, size, step, start } = linesOf(x.shape, dim);
  const body = `${start}
    var sum = 0f;
    for (var k = 0u; k < ${size}u; k++) {
      let at = start + ${reverse ? `(${size - 1}u - k)` : 'k'} * ${step}u;
      sum += in0[at];
      out0[at] = sum;
    }`;
  return [each(name, count, { reads: [x], writes: [y], body })];
});

/** The products of those before, and then, backwards, times those behind. */
const productOfOthers = lowering(({ name, inputs, outputs }) => {
  const [x] = operands(inputs);
  const [y] = operands(outputs);
  if (x.dtype !== 'float32') return undefined;
  const { count, size, start } = linesOf(x.shape, x.shape.length - 1);
  const body = `${start}
    var product = 1f;
    for (var k = 0u; k < ${size}u; k++) { out0[start + k] = product; product *= in0[start + k]; }
    product = 1f;
    for (var k = ${size}u; k > 0u; k--) { out0[start + k - 1u] *= product; product *= in0[start + k - 1u]; }`;
  return [each(name, count, { reads: [x], writes: [y], body })];
});

/** Longer lines are sorted on the host: each element looks at all of its line. */
const longestSorted = 4096;

/** The place of an element is the number of those that come before it. */
const sort = lowering<SortAttrs>(({ name, inputs, outputs, attrs: { dim, descending, count } }) => {
  const [x] = operands(inputs);
  const [values, indices] = operands(outputs);
  const { size, step } = linesOf(x.shape, dim);
  if (x.dtype !== 'float32' || size > longestSorted) return undefined;
  const isFirst = descending ? 'isBelow(v, other)' : 'isBelow(other, v)';
  const isLater = descending ? 'isBelow(other, v)' : 'isBelow(v, other)';
  const body = `    let v = in0[i];
    let own = i / ${step}u % ${size}u;
    let start = i - own * ${step}u;
    var rank = 0u;
    for (var k = 0u; k < ${size}u; k++) {
      let other = in0[start + k * ${step}u];
      if (${isFirst} || (k < own && !${isLater})) { rank++; }
    }
    if (rank < ${count}u) {
      let to = i / ${size * step}u * ${count * step}u + rank * ${step}u + i % ${step}u;
      out0[to] = v;
      out1[to] = i32(own);
    }`;
  return [each(name, numel(x.shape), { reads: [x], writes: [values, indices], body })];
});

export const lineLowerings: Lowerings = { cumsum, productOfOthers, sort };
