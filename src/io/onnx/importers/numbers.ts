/** The same ops on whole numbers that sizes are computed with: no tensors, so that they are known while a step is recorded. */
import { broadcastShapes, numel, type Shape, stridesOf } from '../../../core/shape.js';
import type { ImportedNode } from '../node.js';
import { Numbers } from '../values.js';
import { clampedRange, unsqueezed } from './movement.js';
import { arranged, limited, pick } from './number-arrays.js';

type NumbersRun = (inputs: readonly Numbers[]) => Numbers;

const none = new Numbers([], [0]);
const list = (data: readonly number[]) => new Numbers(data, [data.length]);

export const numberImporters: Readonly<Record<string, (node: ImportedNode) => NumbersRun>> = {
  Add: each((a, b) => a + b),
  Sub: each((a, b) => a - b),
  Mul: each((a, b) => a * b),
  Div: () => (inputs) => {
    const isFloat = inputs.some((x) => x.isFloat);
    return combine(inputs, ([a = 0, b = 1]) => (isFloat ? a / b : Math.trunc(a / b)));
  },
  Mod: each((a, b) => a - b * Math.floor(a / b)),
  Max: each((...all) => Math.max(...all)),
  Min: each((...all) => Math.min(...all)),
  Equal: each((a, b) => Number(a === b)),
  Greater: each((a, b) => Number(a > b)),
  Less: each((a, b) => Number(a < b)),
  Not: each((a) => Number(a === 0)),
  Neg: each((a) => -a),
  Floor: each(Math.floor),
  Ceil: each(Math.ceil),
  Sqrt: each(Math.sqrt),
  Where: each((condition, a, b) => (condition === 0 ? b : a)),
  Cast: ({ attributes }) => {
    const isFloat = [1, 11].includes(attributes.int('to', 0));
    return ([x = none]) => new Numbers(isFloat ? x.data : x.data.map(Math.trunc), x.shape, isFloat);
  },
  Concat: ({ attributes, fail }) => {
    const axis = attributes.int('axis', 0);
    return (inputs) => {
      const rank = inputs[0]?.shape.length ?? 0;
      if (rank > 1 && (axis + rank) % rank !== rank - 1 && axis !== 0)
        throw fail('joins whole numbers along a dimension in the middle, which is not read');
      return rank > 1 ? joined(inputs, axis === 0) : list(inputs.flatMap(({ data }) => data));
    };
  },
  Gather: ({ attributes, fail }) => {
    const axis = attributes.int('axis', 0);
    return ([x = none, index = none]) => {
      const dim = axis < 0 ? axis + x.shape.length : axis;
      const size = x.shape[dim] ?? 0;
      const places = index.data.map((i) => (i < 0 ? i + size : i));
      if (!places.every((i) => i >= 0 && i < size))
        throw fail(`gathers [${index.data}] of ${size} numbers`);
      const { data } = pick(x, (d, all) => (d === dim ? places : all));
      const shape = [...x.shape.slice(0, dim), ...index.shape, ...x.shape.slice(dim + 1)];
      return new Numbers(data, shape, x.isFloat);
    };
  },
  Slice:
    () =>
    ([x = none, starts = none, ends = none, axes, steps]) =>
      starts.data.reduce((part, start, i) => {
        const axis = axes?.data[i] ?? i;
        const dim = axis < 0 ? axis + part.shape.length : axis;
        const step = steps?.data[i] || 1;
        const { from, to } = clampedRange(part.shape[dim] ?? 0, start, ends.data[i] ?? 0, step);
        return pick(part, (d, all) => {
          if (d !== dim) return all;
          const kept = step > 0 ? all.slice(from, to) : all.slice(to + 1, from + 1).reverse();
          return kept.filter((_, k) => k % Math.abs(step) === 0);
        });
      }, x),
  Transpose: ({ attributes }) => {
    const given = attributes.ints('perm');
    return ([x = none]) => {
      const perm = given ?? x.shape.map((_, d) => x.shape.length - 1 - d);
      const strides = stridesOf(x.shape);
      const shape = perm.map((d) => x.shape[d] ?? 1);
      return arranged(
        x,
        shape,
        perm.map((d) => strides[d] ?? 0),
      );
    };
  },
  Squeeze: ({ attributes, opset }) => {
    const fixed = opset < 13 ? attributes.ints('axes') : undefined;
    return ([x = none, axes]) => {
      const gone = (fixed ?? axes?.data)?.map((d) => (d < 0 ? d + x.shape.length : d));
      const shape = x.shape.filter((size, d) => !(gone?.includes(d) ?? size === 1));
      return new Numbers(x.data, shape, x.isFloat);
    };
  },
  Unsqueeze: ({ attributes, opset }) => {
    const fixed = opset < 13 ? attributes.ints('axes') : undefined;
    return ([x = none, axes = none]) =>
      new Numbers(x.data, unsqueezed(x.shape, fixed ?? axes.data), x.isFloat);
  },
  Reshape:
    () =>
    ([x = none, shape = none]) => {
      const known = numel(shape.data.filter((size) => size >= 0));
      const sizes = shape.data.map((size) => (size < 0 ? x.data.length / known : size));
      return new Numbers(x.data, sizes, x.isFloat);
    },
  Expand:
    () =>
    ([x = none, shape = none]) =>
      combine([x, new Numbers([], shape.data)], ([a = 0]) => a),
  Range:
    () =>
    ([from = none, to = none, step = none]) => {
      const [start = 0, end = 0, by = 1] = [from, to, step].map(({ data }) => data[0] ?? 0);
      const length = limited(Math.max(0, Math.ceil((end - start) / by)));
      return list(Array.from({ length }, (_, i) => start + i * by));
    },
  ReduceProd:
    () =>
    ([x = none]) =>
      new Numbers([numel(x.data)], []),
};

function each(apply: (...values: number[]) => number): () => NumbersRun {
  return () => (inputs) => combine(inputs, (values) => apply(...values));
}

/** Element by element, under the shape that all broadcast to. */
function combine(
  inputs: readonly Numbers[],
  apply: (values: readonly number[]) => number,
): Numbers {
  const shape = broadcastShapes('onnx', ...inputs.map((x) => x.shape));
  const all = inputs.map((x) => arranged(x, shape, stridesUnder(x.shape, shape)).data);
  const data = Array.from({ length: numel(shape) }, (_, i) => apply(all.map((x) => x[i] ?? 0)));
  return new Numbers(
    data,
    shape,
    inputs.some((x) => x.isFloat),
  );
}

/** How far each dimension of `under` moves within a tensor that broadcasts to it. */
function stridesUnder(shape: Shape, under: Shape): number[] {
  const own = stridesOf(shape);
  const ahead = under.length - shape.length;
  return under.map((_, dim) => ((shape[dim - ahead] ?? 1) === 1 ? 0 : (own[dim - ahead] ?? 0)));
}

/** Rows of the first dimension one after the other, or elements of the last beside each other. */
function joined(inputs: readonly Numbers[], first: boolean): Numbers {
  const shape = inputs[0]?.shape ?? [];
  const sizes = inputs.map((x) => x.shape.at(first ? 0 : -1) ?? 1);
  const total = numel([sizes.reduce((a, b) => a + b, 0)]);
  if (first)
    return new Numbers(
      inputs.flatMap(({ data }) => data),
      shape.with(0, total),
    );
  const rows = numel(shape.slice(0, -1));
  const data = Array.from({ length: rows }, (_, row) =>
    inputs.flatMap((x, k) => x.data.slice(row * (sizes[k] ?? 0), (row + 1) * (sizes[k] ?? 0))),
  );
  return new Numbers(data.flat(), shape.with(-1, total));
}
