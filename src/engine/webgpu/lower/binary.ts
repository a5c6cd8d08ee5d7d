/** Element-wise functions of two or three tensors with broadcasting, and conversions. */
import { type DType, promote } from '../../../core/dtype.js';
import { sameShape } from '../../../core/shape.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { broadcastStrides } from '../../compiler/broadcast.js';
import type { Operand } from '../element-map.js';
import { type Lowering, type Lowerings, lowering } from '../lowering.js';
import { converted, elementMap } from './map.js';

/** A tensor that broadcasts to the result. */
export function broadcast(value: Value, to: Value): Operand {
  if (sameShape(value.shape, to.shape)) return { value };
  return { value, strides: broadcastStrides(value.shape, to.shape) };
}

/** What is computed in `dtype` as an element of it: bytes wrap, and a sum of two bools is a bool. */
function stored(result: string, dtype: DType): string {
  if (dtype === 'uint8') return `(${result}) & 255u`;
  return dtype === 'bool' ? `select(0u, 1u, (${result}) != 0u)` : result;
}

/** y = f(a, b), computed in y's dtype. */
function arithmetic(f: (a: string, b: string) => string, whole = true): Lowering {
  return lowering(({ name, inputs, outputs }) => {
    const [a, b] = operands(inputs);
    const [y] = operands(outputs);
    if (!whole && y.dtype !== 'float32') return undefined;
    const given = [broadcast(a, y), broadcast(b, y)];
    return [
      elementMap(name, y, given, (x0, x1) =>
        stored(f(converted(x0, a.dtype, y.dtype), converted(x1, b.dtype, y.dtype)), y.dtype),
      ),
    ];
  });
}

/** Whether a is so to b, both as the wider type of the two. */
function comparison(operator: string): Lowering {
  return lowering(({ name, inputs, outputs }) => {
    const [a, b] = operands(inputs);
    const [y] = operands(outputs);
    const dtype = promote(a.dtype, b.dtype);
    const given = [broadcast(a, y), broadcast(b, y)];
    return [
      elementMap(name, y, given, (x0, x1) => {
        const [left, right] = [converted(x0, a.dtype, dtype), converted(x1, b.dtype, dtype)];
        const holds = `${left} ${operator} ${right}`;
        if (dtype !== 'float32') return `select(0u, 1u, ${holds})`;
        if (operator === '!=') return `select(0u, 1u, differs(${left}, ${right}))`;
        // Of one operand twice a driver makes true of ==, also where it is NaN.
        return operator === '=='
          ? `select(0u, 1u, ${holds} && !isNan(${left}))`
          : `select(0u, 1u, ${holds})`;
      }),
    ];
  });
}

/** The greater or smaller of two, NaN before both. */
function extreme(operator: '>' | '<'): Lowering {
  return lowering(({ name, inputs, outputs }) => {
    const [a, b] = operands(inputs);
    const [y] = operands(outputs);
    const given = [broadcast(a, y), broadcast(b, y)];
    return [
      elementMap(name, y, given, (x0, x1) => {
        const [left, right] = [converted(x0, a.dtype, y.dtype), converted(x1, b.dtype, y.dtype)];
        const takesRight =
          y.dtype === 'float32'
            ? `isNan(${right}) || ${right} ${operator} ${left}`
            : `${right} ${operator} ${left}`;
        return `select(${left}, ${right}, ${takesRight})`;
      }),
    ];
  });
}

const where = lowering(({ name, inputs, outputs }) => {
  const [condition, a, b] = operands(inputs);
  const [y] = operands(outputs);
  const given = [condition, a, b].map((value) => broadcast(value, y));
  return [
    elementMap(name, y, given, (holds, yes, no) => {
      const [left, right] = [converted(yes, a.dtype, y.dtype), converted(no, b.dtype, y.dtype)];
      return `select(${right}, ${left}, ${holds} != 0u)`;
    }),
  ];
});

const lerp = lowering(({ name, inputs, outputs }) => {
  const [y] = operands(outputs);
  if (inputs.some(({ dtype }) => dtype !== 'float32')) return undefined;
  const given = inputs.map((value) => broadcast(value, y));
  return [
    elementMap(
      name,
      y,
      given,
      (a, b, w) =>
        `select(${b} - (1f - ${w}) * (${b} - ${a}), ${a} + ${w} * (${b} - ${a}), abs(${w}) < 0.5f)`,
    ),
  ];
});

const cast = lowering(({ name, inputs, outputs }) => {
  const [x] = operands(inputs);
  const [y] = operands(outputs);
  return [elementMap(name, y, [{ value: x }], (element) => converted(element, x.dtype, y.dtype))];
});

/** Of [target, x]: x, converted and broadcast; the target is only written over. */
const copy = lowering(({ name, inputs, outputs }) => {
  const [, x] = operands(inputs);
  const [y] = operands(outputs);
  return [
    elementMap(name, y, [broadcast(x, y)], (element) => converted(element, x.dtype, y.dtype)),
  ];
});

/** Whether the bits of x are such. */
function predicate(holds: string): Lowering {
  return lowering(({ name, inputs, outputs }) => {
    const [x] = operands(inputs);
    const [y] = operands(outputs);
    if (x.dtype !== 'float32') return undefined;
    return [
      elementMap(name, y, [{ value: x }], (element) => `select(0u, 1u, ${holds}(${element}))`),
    ];
  });
}

export const binaryLowerings: Lowerings = {
  add: arithmetic((a, b) => `${a} + ${b}`),
  sub: arithmetic((a, b) => `${a} - ${b}`),
  mul: arithmetic((a, b) => `${a} * ${b}`),
  div: arithmetic((a, b) => `${a} / ${b}`, false),
  pow: arithmetic((a, b) => `powerOf(${a}, ${b})`, false),
  maximum: extreme('>'),
  minimum: extreme('<'),
  eq: comparison('=='),
  ne: comparison('!='),
  lt: comparison('<'),
  le: comparison('<='),
  gt: comparison('>'),
  ge: comparison('>='),
  where,
  lerp,
  cast,
  copy,
  isnan: predicate('isNan'),
  isfinite: predicate('isFinite'),
};
