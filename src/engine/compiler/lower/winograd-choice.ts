/** When Winograd's algorithm computes a convolution, whichever engine does. */
import type { ConvGeometry } from './conv-geometry.js';

/** Channels come in vectors of so many. */
const vector = 16;

/** Multiply-adds below which direct convolution takes some tens of microseconds, and its smaller rounding is worth more. */
const worthwhile = 1 << 20;

/** Whether Winograd F(4×4, 3×3) can compute a convolution of this geometry and pays. */
export function isWinograd({
  batch,
  kernel,
  stride,
  dilation,
  padding,
  groups,
  channels,
  outChannels,
  outSize,
}: ConvGeometry): boolean {
  const all = (pair: readonly number[], value: number) => pair.every((x) => x === value);
  return (
    all(kernel, 3) &&
    all(stride, 1) &&
    all(dilation, 1) &&
    groups === 1 &&
    padding[0] === padding[1] &&
    padding[0] <= 1 &&
    channels % vector === 0 &&
    outChannels % vector === 0 &&
    Math.min(...outSize) >= 4 &&
    batch * outSize[0] * outSize[1] * channels * outChannels * 9 >= worthwhile
  );
}
