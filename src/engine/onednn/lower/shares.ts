/**
 * How a convolution is cut for the threads: by images, and where there are fewer images than threads by channels of the
 * tensor that is written, too. A share is a convolution of its own, run by one thread.
 */

/** Images and channels [first, first + count) of one share. */
export interface Share {
  readonly firstImage: number;
  readonly images: number;
  /** Which of the parts that the channels are cut into. */
  readonly part: number;
  /** Which of the cuts of the images. */
  readonly cut: number;
}

/** Channels of a part. */
export interface ChannelPart {
  readonly first: number;
  readonly count: number;
}

export interface Shares {
  /** By thread; `undefined` where there is nothing to do. */
  readonly byThread: readonly (Share | undefined)[];
  readonly parts: readonly ChannelPart[];
  /** Cuts of the images. */
  readonly cuts: number;
}

/** First of `units` that share `i` of `count` gets; the next one's first is its end. */
export function unitStart(units: number, i: number, count: number): number {
  return Math.floor((units * i) / count);
}

/** `lanes`: channels that cannot be parted. */
export function cutWork(threads: number, images: number, channels: number, lanes: number): Shares {
  const blocks = Math.ceil(channels / lanes);
  const cuts = Math.min(threads, images);
  const count = Math.min(Math.floor(threads / cuts), blocks);
  const parts = Array.from({ length: count }, (_, i) => {
    const first = unitStart(blocks, i, count) * lanes;
    const end = Math.min(channels, unitStart(blocks, i + 1, count) * lanes);
    return { first, count: end - first };
  });
  const byThread = Array.from({ length: threads }, (_, thread): Share | undefined => {
    if (thread >= cuts * count) return undefined;
    const cut = Math.floor(thread / count);
    const firstImage = unitStart(images, cut, cuts);
    const end = unitStart(images, cut + 1, cuts);
    return { firstImage, images: end - firstImage, part: thread % count, cut };
  });
  return { byThread, parts, cuts };
}
