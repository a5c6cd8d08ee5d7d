/** Where Winograd's algorithm computes a convolution: where it can, and takes less on paper. */
import { itemSize } from '../../../core/dtype.js';
import { numel, type Shape } from '../../../core/shape.js';
import type { Conv2dAttrs } from '../../../graph/attrs/layers.js';
import type { LowerContext } from '../lowering.js';
import { isShorter, type Work } from './estimate.js';
import { elements, line, tilingOf } from './winograd.js';

/** What a pass of a convolution multiplies and makes: `[N, C, H, W]`, but for the weights, `[O, C, 3, 3]`. */
export interface ConvPass {
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
  readonly attrs: Conv2dAttrs;
  /** Which of them it makes. */
  readonly makes: 'x' | 'w' | 'y';
}

const bytes = (...sizes: number[]) =>
  itemSize('float32') * sizes.reduce((sum, size) => sum + size, 0);

export function isWinograd(
  pass: ConvPass,
  { winograd, largestBuffer }: Pick<LowerContext, 'winograd' | 'largestBuffer'>,
): boolean {
  if (winograd === 'never' || !isPossible(pass)) return false;
  const { x, w, y, makes } = pass;
  const [outChannels = 1, channels = 1] = w;
  const tiles = tilingOf(makes === 'x' ? x : y).count;
  const ofX = elements * channels * line(tiles);
  const ofY = elements * outChannels * line(tiles);
  const ofW = elements * channels * line(outChannels);
  if (bytes(Math.max(ofX, ofY, ofW)) > largestBuffer) return false;
  if (winograd === 'always') return true;
  const [X, W, Y] = [numel(x), numel(w), numel(y)];
  const whole: Work = {
    flops: 2 * numel(makes === 'x' ? x : y) * (makes === 'x' ? outChannels : channels) * 9,
    bytes: bytes(X, W, Y),
  };
  // Three transforms, each of which reads what is not transformed and writes what is, or the other way round.
  const parts: readonly Work[] = [
    { flops: 0, bytes: bytes(X, ofX) },
    { flops: 0, bytes: bytes(W, ofW) },
    { flops: 2 * ofW * tiles, bytes: bytes(ofX, ofW, ofY) },
    { flops: 0, bytes: bytes(Y, ofY) },
  ];
  return isShorter(parts, [whole]);
}

function isPossible({ w, attrs: { stride, dilation, groups } }: ConvPass): boolean {
  const isOne = (pair: readonly number[]) => pair.every((x) => x === 1);
  return w[2] === 3 && w[3] === 3 && isOne(stride) && isOne(dilation) && groups === 1;
}
