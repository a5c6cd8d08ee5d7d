import { DataError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { Rng } from '../../core/rng.js';
import type { Image } from '../image.js';
import { type TransformLike, toTransform } from '../transforms/lambda.js';
import { inParallel } from './in-parallel.js';
import type { PictureDataset } from './picture-dataset.js';

/** Mean and standard deviation of each channel over all pixels, on the scale 0–1: what `Normalize` takes. */
export interface ChannelStats {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly images: number;
  readonly pixels: number;
  /** Pictures that could not be read. */
  readonly skipped: number;
}

export interface ChannelStatsOptions {
  /** Done to each picture first, such as the `Resize` of the training. */
  readonly prepare?: TransformLike<Image, Image>;
  readonly onProgress?: (done: number) => void;
}

const readOptions = optionReader<ChannelStatsOptions>('channelStats', {
  prepare: true,
  onProgress: true,
});

/**
 * Mean and standard deviation per channel, each pixel counting once. Pictures pass by one after the other; what stays is
 * how often each byte value came, so the result is exact.
 */
export async function channelStats(
  dataset: PictureDataset,
  ...given: [options?: ChannelStatsOptions]
): Promise<ChannelStats> {
  const { prepare, onProgress } = readOptions(given);
  const first = prepare === undefined ? undefined : toTransform('channelStats', prepare);
  const histograms = [0, 1, 2].map(() => new Float64Array(256));
  let channels = 0;
  let pixels = 0;
  let skipped = 0;
  const count = async (index: number) => {
    try {
      const picture = await dataset.image(index);
      const image = first?.apply(picture, new Rng(0, 0, index)) ?? picture;
      channels = image.channels;
      pixels += image.height * image.width;
      for (let c = 0; c < channels; c++) {
        const histogram = histograms[c] as Float64Array;
        for (let i = c; i < image.data.length; i += channels)
          histogram[image.data[i] as number] = (histogram[image.data[i] as number] as number) + 1;
      }
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      skipped++;
    }
  };
  await inParallel(dataset.length, count, onProgress);
  if (pixels === 0)
    throw new DataError(dataset.pathOf?.(0) ?? 'data set', 'none of the pictures can be read');
  const moments = histograms.slice(0, channels).map(momentsOf);
  return {
    mean: moments.map(({ mean }) => mean),
    std: moments.map(({ std }) => std),
    images: dataset.length - skipped,
    pixels,
    skipped,
  };
}

function momentsOf(histogram: Float64Array): { mean: number; std: number } {
  const total = histogram.reduce((a, b) => a + b, 0);
  const mean = histogram.reduce((sum, n, value) => sum + n * value, 0) / total;
  const variance = histogram.reduce((sum, n, value) => sum + n * (value - mean) ** 2, 0) / total;
  return { mean: mean / 255, std: Math.sqrt(variance) / 255 };
}
