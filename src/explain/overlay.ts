import { allFinite } from '../core/all-finite.js';
import { ShapeError, ValueError } from '../core/errors.js';
import { optionReader, requireOneOf } from '../core/options.js';
import { formatShape, type Size2d } from '../core/shape.js';
import { interpolate } from '../nn/interpolate.js';
import { readElements } from '../tensor/execute.js';
import { onHost } from '../tensor/on-host.js';
import type { Tensor } from '../tensor/tensor.js';
import { Image } from '../vision/image.js';
import { type Colormap, colormapNames, colorOf } from './colormap.js';
import { requireRange } from './require-numbers.js';

export interface OverlayOptions {
  /** @default 'viridis' */
  colormap?: Colormap;
  /** How much the map hides of the picture, 0–1. @default 0.5 */
  opacity?: number;
  /** Numbers that have the first and the last colour. @default the smallest and the largest of the map */
  range?: readonly [low: number, high: number];
}

const readOverlay = optionReader<OverlayOptions>('overlay', {
  colormap: true,
  opacity: true,
  range: true,
});

/**
 * A heatmap `[h, w]` over a picture, as a picture of the same size in colour.
 *
 * @throws EngineError for a map on a GPU that cannot be waited for: `await map.dataAsync()` first
 * @example explain.overlay(picture, heatmap.at(0), { opacity: 0.6 })
 */
export function overlay(
  picture: Image,
  heatmap: Tensor,
  ...given: [options?: OverlayOptions]
): Image {
  const { opacity = 0.5, ...options } = readOverlay(given);
  requireRange('overlay', 'opacity', opacity, 0, 1);
  const { height, width, channels, data } = picture;
  const colored = colorize(heatmap, { size: [height, width], ...options });
  for (let i = 0; i < colored.data.length; i++) {
    const own = data[channels === 3 ? i : Math.floor(i / 3)] as number;
    colored.data[i] = Math.round(own + ((colored.data[i] as number) - own) * opacity);
  }
  return colored;
}

/** A map `[h, w]` in colours, at `size` where one is given. */
export function colorize(
  map: Tensor,
  {
    colormap = 'viridis',
    range,
    size,
  }: { colormap?: Colormap; range?: readonly [number, number]; size?: Size2d },
): Image {
  requireOneOf('overlay', 'colormap', colormap, colormapNames);
  if (map.ndim !== 2)
    throw new ShapeError(
      'overlay',
      `a map ${formatShape(map.shape)} must be [H, W]; of N heatmaps take one with .at(n)`,
    );
  if (!allFinite(readElements(map, 'overlay')))
    throw new ValueError('overlay', 'the map holds NaN or ∞');
  const [low, high] = range ?? onHost(() => [map.amin().item(), map.amax().item()] as const);
  const large =
    size === undefined
      ? map
      : onHost(() => interpolate(map.reshape([1, 1, ...map.shape]), { size, mode: 'bilinear' }));
  const [height = 0, width = 0] = size ?? map.shape;
  const picture = new Image(height, width, 3);
  const scale = high > low ? 1 / (high - low) : 0;
  readElements(large, 'overlay').forEach((value, i) => {
    picture.data.set(colorOf(colormap, (value - low) * scale), i * 3);
  });
  return picture;
}

/** Each heatmap of `[N, H, W]` on a scale of its own from 0 to 1, as pytorch-grad-cam gives them; a constant one is 0. */
export function normalize(heatmaps: Tensor): Tensor {
  const low = heatmaps.amin([1, 2], { keepdim: true });
  const range = heatmaps.amax([1, 2], { keepdim: true }).sub(low);
  return heatmaps.sub(low).div(range.where(range.gt(0), 1));
}

/** Share of a map's pixels that get the last colour, so that a few extreme ones do not leave the others dark. */
const outliers = 0.01;

/** From the smallest number of a map to one that few are above. */
export function withoutOutliers(map: Tensor): readonly [low: number, high: number] {
  const sorted = Float64Array.from(readElements(map, 'overlay')).sort();
  const low = sorted[0] ?? 0;
  const high = sorted[Math.floor((sorted.length - 1) * (1 - outliers))] ?? low;
  return [low, high > low ? high : (sorted.at(-1) ?? low)];
}
