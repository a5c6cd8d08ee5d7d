import { optionReader } from '../../core/options.js';
import type { Rng } from '../../core/rng.js';
import type { Image } from '../image.js';
import { pixelate } from '../pixels/mosaic.js';
import { type Range, requireInteger, requireProbability, requireRange } from './arguments.js';
import { limits } from './limits.js';
import { literal, printCall } from './print.js';
import { ColorTransform, type TransformJson } from './transform.js';

export interface MosaicOptions {
  /** Probability of the change. @default 0.5 */
  readonly p?: number;
}

const readMosaic = optionReader<MosaicOptions>('Mosaic', { p: true });

/** Coarsens the picture into squares of `blockSize` pixels, or of a random whole number within the pair given. */
export class Mosaic extends ColorTransform {
  private readonly blockSize: Range;
  private readonly p: number;

  constructor(blockSize: number | Range, ...given: [options?: MosaicOptions]) {
    super();
    const { p = 0.5 } = readMosaic(given);
    this.blockSize = typeof blockSize === 'number' ? [blockSize, blockSize] : blockSize;
    requireRange('Mosaic', 'blockSize', this.blockSize, limits.side);
    for (const side of this.blockSize) requireInteger('Mosaic', 'blockSize', side, limits.side);
    requireProbability('Mosaic', p);
    this.p = p;
  }

  /** A random block size, or null for no change. */
  draw(rng: Rng): number | null {
    if (!rng.bool(this.p)) return null;
    const [low, high] = this.blockSize;
    return low + rng.int(high - low + 1);
  }

  protected run(image: Image, rng: Rng): Image {
    const block = this.draw(rng);
    return block === null ? image : pixelate(image, block);
  }

  toJSON(): TransformJson {
    return { name: 'Mosaic', blockSize: this.blockSize, p: this.p };
  }

  override toString(): string {
    return printCall('Mosaic', { block_size: literal(this.blockSize), p: literal(this.p) });
  }
}
