import { defineOp } from '../tensor/define-op.js';
import { lineStart, linesAlong } from './kernels/lines.js';
import { reducedType, unreduce, visitReduced } from './kernels/reduce.js';
import { setExact } from './kernels/whole.js';

/** The product over dimensions; whole numbers and bools give int32, and an error where that cannot hold a product. 1 of no elements. */
export const prod = defineOp('prod', {
  saves: 'inputs',
  infer([x], attrs) {
    const whole = x.dtype === 'bool' || x.dtype === 'uint8';
    return [reducedType(x, attrs, whole ? 'int32' : x.dtype)];
  },
  reference([x], [y], { dims }) {
    const products = new Float64Array(y.data.length).fill(1);
    visitReduced(x, dims, (value, place) => {
      products[place] = (products[place] as number) * value;
    });
    setExact('prod', y, products);
  },
  backward: (dy, [x], { dims }) => [
    () => {
      // The reduced dimensions as one last line, whose every element is replaced by the product of the others.
      const kept = x.shape.flatMap((_, d) => (dims.includes(d) ? [] : [d]));
      const order = [...kept, ...dims];
      const lines = x.permute(order).reshape([...kept.map((d) => x.size(d)), -1]);
      const others = productOfOthers([lines], {})
        .reshape(order.map((d) => x.size(d)))
        .permute(order.map((_, d) => order.indexOf(d)));
      return unreduce(dy, x.shape, dims).mul(others);
    },
  ],
});

/** For each element the product of all others in its last dimension, exact where elements are 0. */
export const productOfOthers = defineOp('productOfOthers', {
  saves: 'none',
  infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
  reference([x], [y]) {
    const lines = linesAlong(x.shape, x.shape.length - 1);
    const { size } = lines;
    for (let line = 0; line < lines.count; line++) {
      const start = lineStart(lines, line);
      const before = new Float64Array(size);
      let product = 1;
      for (let k = 0; k < size; k++) {
        before[k] = product;
        product *= x.data[start + k] as number;
      }
      product = 1;
      for (let k = size - 1; k >= 0; k--) {
        y.data[start + k] = (before[k] as number) * product;
        product *= x.data[start + k] as number;
      }
    }
  },
});
