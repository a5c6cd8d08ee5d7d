import type { Rng } from '../../core/rng.js';
import type { FloatImage, Image } from '../image.js';
import { type PlaneTable, toPlanes, unitTable } from '../pixels/planes.js';
import { TransformBase, type TransformJson } from './transform.js';

/** Image `[H, W, C]` of bytes → `[C, H, W]` of float32 from 0 to 1. */
export class ToTensor extends TransformBase<Image, FloatImage> {
  constructor() {
    super('image', 'tensor');
  }

  protected run(image: Image, _rng: Rng, place?: Float32Array): FloatImage {
    return toPlanes(image, this.planeTable(image.channels), undefined, place);
  }

  planeTable(channels: number): PlaneTable {
    return unitTable(channels);
  }

  toJSON(): TransformJson {
    return { name: 'ToTensor' };
  }

  override toString(): string {
    return 'ToTensor()';
  }
}
