import { requireFloat } from '../core/dtype.js';
import { DTypeError, ShapeError, ValueError } from '../core/errors.js';
import { philox, unitFloat } from '../core/rng.js';
import { formatShape, numel, type Shape, sameShape } from '../core/shape.js';
import type { NdArray, TensorType } from '../graph/op.js';
import { defineOp, type Op } from '../tensor/define-op.js';
import { typeOf } from './require.js';

/**
 * Drops elements with probability p and scales the others by 1 / (1 − p) (Srivastava et al., 2014,
 * https://jmlr.org/papers/v15/srivastava14a.html). x, key `[4]` (int32, of `nextKey`) → y as x. Which elements are
 * dropped is a function of the key alone, so the gradient is the same op on dy.
 */
export const dropout: Op<'dropout'> = defineOp('dropout', {
  saves: 'inputs',
  infer: ([x, key], { p }) => [droppedType('dropout', x, key, p)],
  backward: (dy, [, key], attrs) => [() => dropout([dy, key], attrs)],
  reference([x, key], [y], { p }) {
    dropRuns(x, key, y, p, 1);
  },
});

/**
 * Dropout of whole channels (Tompson et al., 2015, https://arxiv.org/abs/1411.4280): x `[N, C, …]`, key `[4]` → y as x,
 * one draw for each (n, c).
 */
export const featureDropout: Op<'featureDropout'> = defineOp('featureDropout', {
  saves: 'inputs',
  infer([x, key], { p }) {
    if (x.shape.length < 2)
      throw new ShapeError(
        'featureDropout',
        `input ${formatShape(x.shape)} has ${x.shape.length} dimensions, at least 2 are required: [N, C, …]`,
      );
    return [droppedType('featureDropout', x, key, p)];
  },
  backward: (dy, [, key], attrs) => [() => featureDropout([dy, key], attrs)],
  reference([x, key], [y], { p }) {
    dropRuns(x, key, y, p, numel(x.shape.slice(2)));
  },
});

const keyShape: Shape = [4];

function droppedType(subject: string, x: TensorType, key: TensorType, p: number): TensorType {
  requireFloat(subject, 'the input', x.dtype);
  if (key.dtype !== 'int32')
    throw new DTypeError(subject, `the key is ${key.dtype}, int32 is required`);
  if (!sameShape(key.shape, keyShape))
    throw new ShapeError(subject, `the key ${formatShape(key.shape)} must be [4]`);
  if (!(p >= 0 && p <= 1)) throw new ValueError(subject, `p=${p} must be from 0 to 1`);
  return typeOf(x);
}

/** Draw d, word d mod 4 of Philox block ⌊d / 4⌋ of the key, decides about the d-th run of `run` elements. */
function dropRuns(x: NdArray, key: NdArray, y: NdArray, p: number, run: number): void {
  const [k0 = 0, k1 = 0, c1 = 0, c3 = 0] = key.data;
  const scale = p === 1 ? 0 : 1 / (1 - p);
  const words = new Uint32Array(4);
  const draws = x.data.length / Math.max(run, 1);
  for (let draw = 0; draw < draws; draw++) {
    if (draw % 4 === 0) philox(words, draw >> 2, c1, 0, c3, k0, k1);
    const kept = unitFloat(words[draw % 4] as number) >= p;
    const end = (draw + 1) * run;
    for (let i = draw * run; i < end; i++) y.data[i] = kept ? (x.data[i] as number) * scale : 0;
  }
}
