import type { Size2d } from '../../core/shape.js';
import type { ImageSize } from '../image.js';
import { cropGather, type Gather } from '../pixels/gather.js';
import { sidePair } from './arguments.js';
import { literal, printCall } from './print.js';
import { GatherTransform, type TransformJson } from './transform.js';

/** Cuts `size` (a side, or `[height, width]`) out of the middle; a smaller image gets a black border first. */
export class CenterCrop extends GatherTransform {
  private readonly size: Size2d;

  constructor(size: number | Size2d) {
    super();
    this.size = sidePair('CenterCrop', 'size', size);
  }

  gather(size: ImageSize): Gather | null {
    const [height, width] = this.size;
    if (size.height === height && size.width === width) return null; // as pictures are that were made for a network
    return cropGather(size, {
      top: centered(size.height, height),
      left: centered(size.width, width),
      height,
      width,
    });
  }

  toJSON(): TransformJson {
    return { name: 'CenterCrop', size: this.size };
  }

  override toString(): string {
    return printCall('CenterCrop', { size: literal(this.size) });
  }
}

/** Where a window of `size` starts: half the difference, halves rounded to even when cropping (Python's round). */
function centered(available: number, size: number): number {
  if (size > available) return -Math.floor((size - available) / 2);
  const start = (available - size) / 2;
  const below = Math.floor(start);
  return start === below ? start : below + (below % 2);
}
