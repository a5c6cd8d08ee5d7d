/**
 * Pictures that are not made yet. A resize or a rotation knows its size before it has moved a pixel; who asks it for a
 * part (`read(gather)`) gets only that part computed, bit for bit what would have been cut out of the whole.
 */
import type { Image, ImageSize } from '../image.js';
import type { TakeBytes } from './byte-room.js';
import { type Gather, gatherPixels, joinGathers } from './gather.js';

/** A picture that is computed when it is read, whole or through a gather. */
export interface PixelSource extends ImageSize {
  /** The picture, its bytes where `take` says. @default memory of its own */
  read(gather?: Gather, take?: TakeBytes): Image;
}

/** An image as a source, seen through `view` where one is given. */
export function imageSource(image: Image, view?: Gather): PixelSource {
  return {
    height: view?.rows.length ?? image.height,
    width: view?.columns.length ?? image.width,
    read(gather, take) {
      if (view === undefined)
        return gather === undefined ? image : gatherPixels(image, gather, take);
      if (gather === undefined) return gatherPixels(image, view, take);
      const joined = joinGathers(view, gather);
      return joined === null
        ? gatherPixels(gatherPixels(image, view, take), gather, take)
        : gatherPixels(image, joined, take);
    },
  };
}
