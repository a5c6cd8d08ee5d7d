/** More elements around a tensor. */
import { ShapeError, ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { formatShape } from '../core/shape.js';
import { fromArray, full } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';
import { cat } from './cat.js';

export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular';

export interface PadOptions {
  /** What the new elements are: `value`, or the tensor's own mirrored, repeated at the edge, or from the other end. @default 'constant' */
  mode?: PadMode;
  /** Of mode constant. @default 0 */
  value?: number;
}

const readOptions = optionReader<PadOptions>('pad', { mode: true, value: true });

/**
 * `x` with `padding` more elements: [before, after] of the last dimension, then of the one before it, and so on; negative
 * numbers cut away (in mode constant).
 *
 * @throws ShapeError where there are more numbers than sides, or a mode needs more elements than there are
 */
export function pad(
  x: Tensor,
  padding: readonly number[],
  ...given: [options?: PadOptions]
): Tensor {
  const { mode = 'constant', value = 0 } = readOptions(given);
  if (padding.length % 2 !== 0 || padding.length > 2 * x.ndim || !padding.every(Number.isInteger))
    throw new ShapeError(
      'pad',
      `padding ${formatShape(padding)} of ${formatShape(x.shape)} must be pairs of whole numbers, from the last dimension on`,
    );
  let padded = x;
  for (let i = 0; i < padding.length; i += 2) {
    const [before = 0, after = 0] = padding.slice(i, i + 2);
    const dim = x.ndim - 1 - i / 2;
    if (before === 0 && after === 0) continue;
    padded =
      mode === 'constant'
        ? padConstant(padded, dim, before, after, value)
        : padFrom(padded, dim, before, after, mode);
  }
  return padded;
}

function padConstant(x: Tensor, dim: number, before: number, after: number, value: number): Tensor {
  const cut = [Math.max(-before, 0), Math.max(-after, 0)] as const;
  const size = x.size(dim) - cut[0] - cut[1];
  if (size < 0)
    throw new ShapeError(
      'pad',
      `padding [${before}, ${after}] cuts more than dimension ${dim} of ${formatShape(x.shape)} has`,
    );
  const inner = size === x.size(dim) ? x : x.narrow(dim, cut[0], size);
  const some = (count: number) =>
    count > 0 ? [full(x.shape.with(dim, count), value, { dtype: x.dtype })] : [];
  return cat([...some(before), inner, ...some(after)], { dim });
}

/** Which element of `size` stands at place `i`, counted from the tensor's first. */
const sources: Readonly<Record<Exclude<PadMode, 'constant'>, (i: number, size: number) => number>> =
  {
    reflect: (i, size) => (i < 0 ? -i : i < size ? i : 2 * (size - 1) - i),
    replicate: (i, size) => Math.min(Math.max(i, 0), size - 1),
    circular: (i, size) => (i + size) % size,
  };

function padFrom(
  x: Tensor,
  dim: number,
  before: number,
  after: number,
  mode: Exclude<PadMode, 'constant'>,
): Tensor {
  const source = sources[mode];
  if (source === undefined)
    throw new ValueError(
      'pad',
      `mode '${mode}' must be one of constant, ${Object.keys(sources).join(', ')}`,
    );
  const size = x.size(dim);
  const most = {
    reflect: size - 1,
    replicate: size > 0 ? Number.POSITIVE_INFINITY : 0,
    circular: size,
  }[mode];
  if (before < 0 || after < 0 || before > most || after > most)
    throw new ShapeError(
      'pad',
      `padding [${before}, ${after}] of dimension ${dim} of ${formatShape(x.shape)} must be from 0 to ${most} in mode ${mode}`,
    );
  const index = Int32Array.from({ length: before + size + after }, (_, i) =>
    source(i - before, size),
  );
  return x.indexSelect(dim, fromArray(index, [index.length], 'int32'));
}
