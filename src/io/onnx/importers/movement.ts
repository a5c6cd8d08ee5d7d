/** Ops that move elements. */
import { numel, type Shape, stridesOf } from '../../../core/shape.js';
import { cat } from '../../../ops/functions.js';
import { pad } from '../../../ops/pad.js';
import { fromArray, zeros } from '../../../tensor/creation.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { ImportedNode, Importers } from '../node.js';
import { asTensor, Numbers, type Value } from '../values.js';
import { limited } from './number-arrays.js';

export const movement: Importers = {
  Concat: ({ attributes }) => {
    const axis = attributes.int('axis', 0);
    return (inputs) => cat(inputs.all.map(asTensor), axis);
  },
  Transpose: ({ attributes }) => {
    const perm = attributes.ints('perm');
    return (inputs) => {
      const x = inputs.tensor(0);
      return x.permute(...(perm ?? x.shape.map((_, dim) => x.ndim - 1 - dim)));
    };
  },
  Reshape: ({ attributes }) => {
    const zeroIsZero = attributes.int('allowzero', 0) !== 0;
    return (inputs) => {
      const x = inputs.tensor(0);
      const shape = inputs.numbers(1);
      return x.reshape(shape.map((size, dim) => (size === 0 && !zeroIsZero ? x.size(dim) : size)));
    };
  },
  Flatten: ({ attributes }) => {
    const axis = attributes.int('axis', 1);
    return (inputs) => {
      const x = inputs.tensor(0);
      const from = axis < 0 ? axis + x.ndim : axis;
      const rows = x.shape.slice(0, from).reduce((a, b) => a * b, 1);
      return x.reshape([rows, -1]);
    };
  },
  Squeeze: (node) => {
    const axes = axesOf(node);
    return (inputs) => {
      const x = inputs.tensor(0);
      const dims = axes ?? inputs.numbersOr(1, undefined);
      const gone = (dims ?? x.shape.flatMap((size, dim) => (size === 1 ? [dim] : []))).map((dim) =>
        dim < 0 ? dim + x.ndim : dim,
      );
      if (gone.some((dim) => x.shape[dim] !== 1))
        throw node.fail(`squeezes dimensions ${gone} of [${x.shape}], which are not 1`);
      return x.reshape(x.shape.filter((_, dim) => !gone.includes(dim)));
    };
  },
  Unsqueeze: (node) => {
    const axes = axesOf(node);
    return (inputs) => {
      const x = inputs.tensor(0);
      return x.reshape(unsqueezed(x.shape, axes ?? inputs.numbers(1)));
    };
  },
  Slice: (node) => {
    const { attributes, opset } = node;
    const old = opset < 10;
    const fixed = old
      ? {
          starts: attributes.ints('starts'),
          ends: attributes.ints('ends'),
          axes: attributes.ints('axes'),
        }
      : {};
    return (inputs) => {
      const starts = fixed.starts ?? inputs.numbers(1);
      const ends = fixed.ends ?? inputs.numbers(2);
      const axes = fixed.axes ?? (old ? undefined : inputs.numbersOr(3, undefined));
      const steps = old ? undefined : inputs.numbersOr(4, undefined);
      let x = inputs.tensor(0);
      starts.forEach((start, i) => {
        x = sliced(x, axes?.[i] ?? i, start, ends[i] ?? 0, steps?.[i] ?? 1, node);
      });
      return x;
    };
  },
  Split: (node) => {
    const { attributes, opset, outputCount, fail } = node;
    const axis = attributes.int('axis', 0);
    const fixed = opset < 13 ? attributes.ints('split') : undefined;
    attributes.ignore('num_outputs');
    return (inputs) => {
      const x = inputs.tensor(0);
      const size = x.size(axis);
      const even = Math.ceil(size / outputCount);
      const sizes =
        fixed ??
        inputs.numbersOr(1, undefined) ??
        Array.from({ length: outputCount }, (_, i) => Math.min(even, size - i * even));
      if (sizes.reduce((a, b) => a + b, 0) !== size || sizes.some((n) => n < 0))
        throw fail(`splits ${size} elements into [${sizes}]`);
      let from = 0;
      return sizes.map((length) => {
        from += length;
        return x.narrow(axis, from - length, length);
      });
    };
  },
  Gather: ({ attributes, fail }) => {
    const axis = attributes.int('axis', 0);
    return (inputs) => {
      const x = inputs.tensor(0);
      const dim = axis < 0 ? axis + x.ndim : axis;
      const index = positive(inputs.value(1), x.size(dim), fail);
      if (index instanceof Numbers && index.shape.length === 0)
        return x.narrow(dim, index.data[0] ?? 0, 1).reshape(x.shape.filter((_, d) => d !== dim));
      const flat = asTensor(index).reshape([-1]);
      const shape = [...x.shape.slice(0, dim), ...index.shape, ...x.shape.slice(dim + 1)];
      return x.indexSelect(dim, flat).reshape(shape);
    };
  },
  GatherElements: ({ attributes, fail }) => {
    const axis = attributes.int('axis', 0);
    return (inputs) => {
      const x = inputs.tensor(0);
      return x.gather(axis, asTensor(positive(inputs.value(1), x.size(axis), fail)));
    };
  },
  /** Of constant places alone, as masks are made. */
  ScatterND: (node) => {
    if (node.attributes.text('reduction', 'none') !== 'none')
      throw node.fail('has a reduction, which is not read');
    return (inputs) => {
      const x = inputs.tensor(0);
      const places = inputs.numbers(1);
      const depth = inputs.value(1).shape.at(-1) ?? 0;
      const strides = stridesOf(x.shape);
      const inner = numel(x.shape.slice(depth));
      const starts = Array.from({ length: places.length / Math.max(1, depth) }, (_, row) =>
        strides.slice(0, depth).reduce((sum, stride, d) => {
          const place = places.slice(row * depth + d, row * depth + d + 1);
          return sum + stride * (inRange(place, x.size(d), node.fail)[0] ?? 0);
        }, 0),
      );
      limited(starts.length * inner);
      const flat = starts.flatMap((start) => Array.from({ length: inner }, (_, i) => start + i));
      const to = fromArray(Int32Array.from(flat), [flat.length]);
      return x
        .reshape([-1])
        .scatter(0, to, inputs.tensor(2).reshape([-1]))
        .reshape(x.shape);
    };
  },
  Expand: () => (inputs) => {
    const x = inputs.tensor(0);
    return x.expand(broadcast(x.shape, inputs.numbers(1)));
  },
  Tile: () => (inputs) => inputs.tensor(0).repeat(...inputs.numbers(1)),
  Pad: (node) => {
    const { attributes, opset, fail } = node;
    const mode = attributes.text('mode', 'constant');
    const names = { constant: 'constant', reflect: 'reflect', edge: 'replicate' } as const;
    if (!Object.hasOwn(names, mode)) throw fail(`has mode='${mode}', which is not read`);
    const fixed = opset < 11 ? attributes.ints('pads') : undefined;
    const value = opset < 11 ? attributes.float('value', 0) : (node.constant(2) ?? 0);
    return (inputs) => {
      const x = inputs.tensor(0);
      const pads = fixed ?? inputs.numbers(1);
      const sides = x.shape.map((_, dim) => [pads[dim] ?? 0, pads[x.ndim + dim] ?? 0]).reverse();
      return pad(x, sides.flat(), { mode: names[mode as keyof typeof names], value });
    };
  },
  Constant: ({ attributes, fail }) => {
    const literal = attributes.tensor('value');
    const value = literal?.value() ?? plainConstant(attributes);
    if (value === undefined) throw fail('has no value that is read');
    return () => value;
  },
  ConstantOfShape: ({ attributes }) => {
    const literal = attributes.tensor('value');
    const value = literal?.value();
    return (inputs) => {
      const shape = inputs.numbers(0);
      if (value instanceof Numbers) {
        const [fill = 0] = value.data;
        return new Numbers(
          Array.from({ length: limited(numel(shape)) }, () => fill),
          shape,
        );
      }
      return value === undefined ? zeros(shape) : value.reshape(shape.map(() => 1)).expand(shape);
    };
  },
  Shape: ({ attributes }) => {
    const start = attributes.int('start', 0);
    const end = attributes.int('end', Number.MAX_SAFE_INTEGER);
    return (inputs) => {
      const sizes = inputs.value(0).shape.slice(start, end);
      return new Numbers(sizes, [sizes.length]);
    };
  },
};

function plainConstant(attributes: ImportedNode['attributes']): Value | undefined {
  if (attributes.has('value_int')) return new Numbers([attributes.int('value_int', 0)], []);
  if (attributes.has('value_float'))
    return new Numbers([attributes.float('value_float', 0)], [], true);
  const floats = attributes.floats('value_floats');
  if (floats !== undefined) return new Numbers(floats, [floats.length], true);
  const ints = attributes.ints('value_ints');
  return ints && new Numbers(ints, [ints.length]);
}

/** An attribute before version 13, an input since. */
function axesOf({ attributes, opset }: ImportedNode): number[] | undefined {
  return opset < 13 ? attributes.ints('axes') : undefined;
}

export function unsqueezed(shape: Shape, axes: readonly number[]): number[] {
  const rank = shape.length + axes.length;
  const added = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  let from = 0;
  return Array.from({ length: rank }, (_, dim) => (added.has(dim) ? 1 : (shape[from++] ?? 1)));
}

function broadcast(from: Shape, to: Shape): number[] {
  const rank = Math.max(from.length, to.length);
  return Array.from({ length: rank }, (_, dim) => {
    const own = from[dim - rank + from.length] ?? 1;
    const wanted = to[dim - rank + to.length] ?? 1;
    return own === 1 ? wanted : own;
  });
}

/** Where one element of `size` starts and ends, counted from the end where it is negative, never outside. */
export function clampedRange(size: number, start: number, end: number, step: number) {
  const place = (at: number) => (at < 0 ? at + size : at);
  if (step > 0) {
    const from = Math.min(Math.max(place(start), 0), size);
    return { from, to: Math.min(Math.max(place(end), from), size) };
  }
  const from = Math.min(Math.max(place(start), -1), size - 1);
  return { from, to: Math.min(Math.max(place(end), -1), from) };
}

function sliced(
  x: Tensor,
  axis: number,
  start: number,
  end: number,
  step: number,
  { fail }: ImportedNode,
): Tensor {
  const dim = axis < 0 ? axis + x.ndim : axis;
  if (x.shape[dim] === undefined || !Number.isSafeInteger(step) || step === 0)
    throw fail(`slices dimension ${axis} of [${x.shape}] in steps of ${step}`);
  const { from, to } = clampedRange(x.size(dim), start, end, step);
  if (step < 0) {
    const reversed = x.narrow(dim, to + 1, from - to).flip(dim);
    return step === -1 ? reversed : stepped(reversed, dim, 0, from - to, -step);
  }
  return step === 1 ? x.narrow(dim, from, to - from) : stepped(x, dim, from, to, step);
}

function stepped(x: Tensor, dim: number, from: number, to: number, step: number): Tensor {
  return x.at(...x.shape.map((_, d) => (d === dim ? ([from, to, step] as const) : null)));
}

/** Constant indices, which may count from the end, from the start; those that are computed as they are. */
function positive(index: Value, size: number, fail: ImportedNode['fail']): Value {
  if (!(index instanceof Numbers)) return index;
  return new Numbers(inRange(index.data, size, fail), index.shape);
}

function inRange(places: readonly number[], size: number, fail: ImportedNode['fail']): number[] {
  return places.map((place) => {
    const at = place < 0 ? place + size : place;
    if (Number.isInteger(at) && at >= 0 && at < size) return at;
    throw fail(`reads or writes place ${place} of ${size}`);
  });
}
