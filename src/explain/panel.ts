import type { Tensor } from '../tensor/tensor.js';
import { Image } from '../vision/image.js';
import { type Colormap, colorBar } from './colormap.js';
import { overlay, withoutOutliers } from './overlay.js';
import { beside, enlarged } from './pictures.js';

export interface PanelLook {
  readonly colormap: Colormap;
  readonly opacity: number;
  /** Pixels that the shorter side of each picture has at least. */
  readonly minSide: number;
}

/** Pixels between the parts. */
const gap = 6;

/** A picture, the same under each heatmap `[H, W]` and the colours that the heatmaps go through, side by side. */
export function panel(picture: Image, heatmaps: readonly Tensor[], look: PanelLook): Image {
  const { colormap, opacity } = look;
  const large = enlarged(picture, look.minSide);
  const shown = heatmaps.map((map) =>
    overlay(large, map, { colormap, opacity, range: withoutOutliers(map) }),
  );
  return beside([large, ...shown, colorBar(colormap, large.height, 2 * gap)], gap);
}

/** Panels of the same picture under each other. */
export function stacked(panels: readonly Image[]): Image {
  const width = Math.max(...panels.map((one) => one.width));
  const height = panels.reduce((sum, one) => sum + one.height + gap, -gap);
  const whole = new Image(height, width, 3);
  whole.data.fill(255);
  let at = 0;
  for (const { data, height: rows } of panels) {
    whole.data.set(data, at * width * 3);
    at += rows + gap;
  }
  return whole;
}
