import { type DType, promote } from '../core/dtype.js';
import { ShapeError } from '../core/errors.js';
import { formatShape, numel } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';

/** The inputs one after another along `dim`; their other sizes must be equal. */
export const cat = defineOp('cat', {
  saves: 'none',
  infer(inputs, { dim }) {
    const first = inputs[0];
    for (const { shape } of inputs) {
      const fits = first.shape.every((size, d) => d === dim || shape[d] === size);
      if (shape.length !== first.shape.length || !fits)
        throw new ShapeError(
          'cat',
          `shapes ${inputs.map((x) => formatShape(x.shape)).join(', ')} must be equal except in dim=${dim}`,
        );
    }
    const total = inputs.reduce((sum, { shape }) => sum + (shape[dim] as number), 0);
    const dtype = inputs.reduce<DType>((widest, x) => promote(widest, x.dtype), 'bool');
    return [{ shape: first.shape.with(dim, total), dtype }];
  },
  reference(inputs, [y], { dim }) {
    const outer = numel(y.shape.slice(0, dim));
    let o = 0;
    for (let row = 0; row < outer; row++)
      for (const { data } of inputs) {
        const length = data.length / outer;
        y.data.set(data.subarray(row * length, (row + 1) * length), o);
        o += length;
      }
  },
  backward(dy, inputs, { dim }) {
    let start = 0;
    return inputs.map((x) => {
      const from = start;
      const size = x.size(dim);
      start += size;
      return () => dy.narrow(dim, from, size).to(x.dtype);
    });
  },
});
