/**
 * What a layer gives as maps `[N, C, h, w]`. Convolutions give that. Transformers give tokens: of the grid itself,
 * `[N, h, w, C]` (Swin), or in a row with class tokens before them, `[N, 1 + h·w, C]` (ViT).
 */
import { ShapeError } from '../core/errors.js';
import { formatShape, type Size2d } from '../core/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** Brings what a layer gives to `[N, C, h, w]`; `inputSize` is height and width of the pictures. */
export type ReshapeTransform = (output: Tensor, inputSize: Size2d) => Tensor;

/** Tokens before those of the grid: class, distillation and register tokens. */
const mostExtraTokens = 8;

/** The maps in a layer's output for some pictures, in whichever of the three orders it is; null where there are none in it. */
export function asMaps(output: Tensor, images: Tensor): Tensor | null {
  const { shape } = output;
  const [height, width] = sizeOf(images);
  if (shape[0] !== images.size(0)) return null; // windows of pictures, or no batch at all
  if (shape.length === 4) {
    const [, a = 0, b = 0, c = 0] = shape;
    // Channels first or last: the sides are those in proportion to the picture's.
    const off = (h: number, w: number) => Math.abs(Math.log(((h / w) * width) / height));
    const maps = off(b, c) <= off(a, b) ? output : output.permute(0, 3, 1, 2);
    return maps.size(2) * maps.size(3) > 1 ? maps : null;
  }
  if (shape.length !== 3) return null;
  const [, length = 0, channels = 0] = shape;
  for (let extra = 0; extra <= Math.min(mostExtraTokens, length - 2); extra++) {
    const h = Math.round(Math.sqrt(((length - extra) * height) / width));
    const w = (length - extra) / h;
    if (Number.isInteger(w) && h * width === w * height)
      return output
        .narrow(1, extra, length - extra)
        .transpose(1, 2)
        .reshape([-1, channels, h, w]);
  }
  return null;
}

/** The maps of `layer` by `reshape`, or by `asMaps`. @throws ShapeError where neither finds any */
export function mapsOf(
  subject: string,
  layer: string,
  output: Tensor,
  images: Tensor,
  reshape: ReshapeTransform = (tokens) => asMaps(tokens, images) ?? tokens,
): Tensor {
  const inputSize = sizeOf(images);
  const maps = reshape(output, inputSize);
  if (maps.ndim !== 4 || maps.size(0) !== images.size(0) || maps.size(2) * maps.size(3) < 2)
    throw new ShapeError(
      subject,
      `layer '${layer}' gives ${formatShape(output.shape)}, which is no map of the picture ${inputSize.join('×')}; ` +
        'choose a layer before the pooling, or make [N, C, h, w] of it by a reshapeTransform',
    );
  return maps;
}

/** Height and width of pictures `[N, C, H, W]`. */
export function sizeOf(images: Tensor): Size2d {
  return [images.size(2), images.size(3)];
}
