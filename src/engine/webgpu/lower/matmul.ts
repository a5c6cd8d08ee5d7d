/** Matrix products of stacks of matrices, and linear layers. */
import { numel } from '../../../core/shape.js';
import type { MatmulAttrs } from '../../../graph/attrs/layers.js';
import { operands } from '../../../graph/op.js';
import { broadcastStrides } from '../../compiler/broadcast.js';
import { type Lowerings, lowering } from '../lowering.js';
import { strided } from '../wgsl/places.js';
import { productKernels } from './product.js';
import type { Factor } from './product-terms.js';

const matmul = lowering<MatmulAttrs>(({ name, inputs, outputs, attrs }, context) => {
  const [a, b] = operands(inputs);
  const [y] = operands(outputs);
  const shapeA = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
  const shapeB = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
  const transposeA = attrs.transposeA && a.shape.length > 1;
  const transposeB = attrs.transposeB && b.shape.length > 1;
  const [m = 1, k = 1] = transposeA ? shapeA.slice(-2).reverse() : shapeA.slice(-2);
  const n = (transposeB ? shapeB.at(-2) : shapeB.at(-1)) ?? 1;
  const own = (a.shape.length === 1 ? 0 : 1) + (b.shape.length === 1 ? 0 : 1);
  const batch = y.shape.slice(0, y.shape.length - own);
  const factor = (array: 0 | 1, size: number, isTransposed: boolean, place: string): Factor => ({
    fetch: `v = in${array}[${place}];`,
    along: isTransposed ? 'k' : 'own',
    ...(!isTransposed && size % 4 === 0 && { four: { array, place } }),
  });
  const matrixOf = (shape: readonly number[], size: number) => {
    const strides = broadcastStrides(shape.slice(0, -2), batch).map((stride) => stride * size);
    return `(${strided('z', batch, strides)})`;
  };
  return productKernels(
    {
      ...{ name, reads: [a, b], result: y, m, n, k, batch: numel(batch) },
      a: factor(
        0,
        m,
        !transposeA,
        `${matrixOf(shapeA, m * k)} + ${transposeA ? `k * ${m}u + i` : `i * ${k}u + k`}`,
      ),
      b: factor(
        1,
        n,
        transposeB,
        `${matrixOf(shapeB, k * n)} + ${transposeB ? `j * ${k}u + k` : `k * ${n}u + j`}`,
      ),
      place: `(z * ${m}u + i) * ${n}u + j`,
    },
    context,
  );
});

const linear = lowering(({ name, inputs, outputs }, context) => {
  const [, w] = operands(inputs);
  const bias = inputs[2];
  const [y] = operands(outputs);
  const [n = 1, k = 1] = w.shape;
  return productKernels(
    {
      ...{ name, reads: inputs, result: y, m: numel(y.shape) / n, n, k },
      a: { fetch: `v = in0[i * ${k}u + k];`, along: 'k' },
      b: { fetch: `v = in1[j * ${k}u + k];`, along: 'k' },
      place: `i * ${n}u + j`,
      ...(bias !== undefined && { value: 's + in2[j]' }),
    },
    context,
  );
});

export const matmulLowerings: Lowerings = { matmul, linear };
