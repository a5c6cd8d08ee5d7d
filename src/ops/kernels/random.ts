import { DTypeError, ShapeError } from '../../core/errors.js';
import { philox } from '../../core/rng.js';
import { formatShape, requireShape, type Shape, sameShape } from '../../core/shape.js';
import type { NdArray, TensorType } from '../../graph/op.js';

/** Throws unless `key` is what `nextKey` gives and `shape` is a shape. */
export function requireKey(op: string, key: TensorType, shape: Shape): void {
  if (key.dtype !== 'int32') throw new DTypeError(op, `the key is ${key.dtype}, int32 is required`);
  if (!sameShape(key.shape, [4]))
    throw new ShapeError(op, `the key has shape ${formatShape(key.shape)}, [4] is required`);
  requireShape(op, shape);
}

/** Calls `use` with each block of four random words of `key`, for elements first … first + 3. */
export function visitBlocks(
  { data: key }: NdArray,
  elements: number,
  use: (words: Uint32Array, first: number) => void,
): void {
  const [seedLow = 0, seedHigh = 0, draw = 0, stream = 0] = key;
  const words = new Uint32Array(4);
  for (let first = 0; first < elements; first += 4) {
    philox(words, first / 4, draw, 0, stream, seedLow, seedHigh);
    use(words, first);
  }
}

/** out[i] = f(word i), for each element. */
export function fillRandom(key: NdArray, { data }: NdArray, f: (word: number) => number): void {
  visitBlocks(key, data.length, (words, first) => {
    const count = Math.min(4, data.length - first);
    for (let k = 0; k < count; k++) data[first + k] = f(words[k] as number);
  });
}
