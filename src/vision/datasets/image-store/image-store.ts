/**
 * Where a data set of files gets its pictures from: the files themselves, or a cache of them, decoded and prepared once.
 * A cache in memory is shared by all worker threads; one on disk outlives the process.
 */

import type { OptionNames } from '../../../core/options.js';
import type { ModuleCall } from '../../../data/dataset.js';
import type { Channels, Image } from '../../image.js';
import type { TransformLike } from '../../transforms/lambda.js';

/** Gives the pictures of a list of files by index. */
export interface ImageStore {
  /** @throws DataError with the file's path when it cannot be used */
  get(index: number, path: string): Image | Promise<Image>;
  /** How a worker thread opens it. */
  workerSpec(): ModuleCall;
}

/** How large a cache will be, told before it is filled. */
export interface CacheEstimate {
  readonly kind: 'ram' | 'disk';
  readonly images: number;
  /** Projected from a few of the pictures. */
  readonly sizeBytes: number;
  /** Where on disk; null in memory. */
  readonly folder: string | null;
}

export interface ImageStoreOptions {
  /** 3 makes every picture RGB, 1 grey. @default 3 */
  readonly channels?: Channels;
  /** The most pixels that a picture may have. @default 50000000 */
  readonly maxPixels?: number;
  /** Done to every picture before anything else, without randomness; a cache holds its result: `new Resize(256)`. */
  readonly prepare?: TransformLike<Image, Image>;
  /**
   * Decode a JPEG that is to be resized first at ½, ¼ or ⅛ where that is still twice the size: several times as fast,
   * and about one byte value different. @default true
   */
  readonly shrinkOnLoad?: boolean;
  /**
   * Keep decoded and prepared pictures in memory, or in wick's cache folder, where all such caches together take at most
   * `WICK_IMAGE_CACHE` GiB (20) and the one unused for longest goes first. @default no cache
   */
  readonly cache?: 'ram' | 'disk';
  /** Called once before a cache is filled. */
  readonly onCache?: (estimate: CacheEstimate) => void;
  /** Called with the number of pictures done while a cache is filled. */
  readonly onCacheProgress?: (done: number) => void;
}

export const imageStoreNames: OptionNames<ImageStoreOptions> = {
  channels: true,
  maxPixels: true,
  prepare: true,
  shrinkOnLoad: true,
  cache: true,
  onCache: true,
  onCacheProgress: true,
};
