/** Transforms that worker threads import by the address of this file. */
import type { Rng } from '../../../src/core/rng.js';
import { type FloatImage, Image } from '../../../src/vision/image.js';
import type { Transform, TransformJson } from '../../../src/vision/transforms/transform.js';

export function shade({ height, width, channels, data }: Image, rng: Rng): Image {
  const factor = rng.uniform(0.2, 0.9);
  return new Image(
    height,
    width,
    channels,
    data.map((value) => value * factor),
  );
}

export class Shift implements Transform<FloatImage, FloatImage> {
  private readonly by: number;

  constructor(by: number | { readonly by: number }) {
    this.by = typeof by === 'number' ? by : by.by;
  }

  apply(image: FloatImage): FloatImage {
    return { ...image, data: image.data.map((value) => value + this.by) };
  }

  toJSON(): TransformJson {
    return { name: 'Shift', module: import.meta.url, by: this.by };
  }

  toString(): string {
    return `Shift(by=${this.by})`;
  }
}
