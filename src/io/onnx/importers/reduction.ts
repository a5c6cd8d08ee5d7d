/** Ops that make one value of many. */
import type { Tensor } from '../../../tensor/tensor.js';
import type { Importer, Importers } from '../node.js';

type Reduce = (x: Tensor, dims: number[], options: { readonly keepdim: boolean }) => Tensor;

export const reductions: Importers = {
  ReduceMax: reduce((x, dims, options) => x.amax(dims, options), 18),
  ReduceMean: reduce((x, dims, options) => x.mean(dims, options), 18),
  ReduceMin: reduce((x, dims, options) => x.amin(dims, options), 18),
  ReduceProd: reduce((x, dims, { keepdim }) => product(x, dims, keepdim), 18),
  ReduceSum: reduce((x, dims, options) => x.sum(dims, options), 13),
  ReduceSumSquare: reduce((x, dims, options) => x.square().sum(dims, options), 18),
  ReduceL2: reduce((x, dims, options) => x.square().sum(dims, options).sqrt(), 18),
  Softmax: alongAxis((x, axis) => x.softmax(axis)),
  LogSoftmax: alongAxis((x, axis) => x.logSoftmax(axis)),
  ArgMax: ({ attributes }) => {
    const axis = attributes.int('axis', 0);
    const keepdim = attributes.int('keepdims', 1) !== 0;
    attributes.require('select_last_index', 0);
    return (inputs) => inputs.tensor(0).argmax(axis, { keepdim });
  },
};

/** The axes are an input from version `inputFrom` on, an attribute before. */
function reduce(apply: Reduce, inputFrom: number): Importer {
  return ({ attributes, opset }) => {
    const fixed = opset < inputFrom ? attributes.ints('axes') : undefined;
    const keepdim = attributes.int('keepdims', 1) !== 0;
    const noneIsNone = attributes.int('noop_with_empty_axes', 0) !== 0;
    return (inputs) => {
      const x = inputs.tensor(0);
      const axes = fixed ?? inputs.numbersOr(1, []);
      if (axes.length > 0) return apply(x, [...axes], { keepdim });
      return noneIsNone
        ? x
        : apply(
            x,
            x.shape.map((_, dim) => dim),
            { keepdim },
          );
    };
  };
}

function product(x: Tensor, dims: readonly number[], keepdim: boolean): Tensor {
  const descending = dims.map((dim) => (dim < 0 ? dim + x.ndim : dim)).sort((a, b) => b - a);
  return descending.reduce((y, dim) => y.prod(dim, { keepdim }), x);
}

/** Before version 13 the axis stood for all from it on, which is the same for the last one. */
function alongAxis(apply: (x: Tensor, axis: number) => Tensor): Importer {
  return ({ attributes, opset, fail }) => {
    const axis = attributes.int('axis', opset < 13 ? 1 : -1);
    return (inputs) => {
      const x = inputs.tensor(0);
      const isLast = axis === -1 || axis === x.ndim - 1;
      if (opset < 13 && !isLast)
        throw fail(
          `has axis=${axis} of ${x.ndim} dimensions; only the last is read before version 13`,
        );
      return apply(x, axis);
    };
  };
}
