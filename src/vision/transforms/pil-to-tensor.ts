import type { NdArray } from '../../graph/op.js';
import type { Image } from '../image.js';
import { bytePlanes } from '../pixels/planes.js';
import { TransformBase, type TransformJson } from './transform.js';

/** A picture's bytes as planes `[C, H, W]` of uint8. */
export interface ByteImage extends NdArray {
  readonly shape: readonly [channels: number, height: number, width: number];
  readonly dtype: 'uint8';
  readonly data: Uint8Array;
}

/** Image `[H, W, C]` of bytes → `[C, H, W]` of uint8, the same bytes: a quarter of what `ToTensor` makes. */
export class PILToTensor extends TransformBase<Image, ByteImage> {
  constructor() {
    super('image', 'unknown');
  }

  protected run(image: Image): ByteImage {
    const { channels, height, width } = image;
    return { shape: [channels, height, width], dtype: 'uint8', data: bytePlanes(image) };
  }

  toJSON(): TransformJson {
    return { name: 'PILToTensor' };
  }

  override toString(): string {
    return 'PILToTensor()';
  }
}
