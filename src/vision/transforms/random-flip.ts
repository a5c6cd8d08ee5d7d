import { optionReader } from '../../core/options.js';
import { Rng } from '../../core/rng.js';
import type { ImageSize } from '../image.js';
import { flipGather, type Gather } from '../pixels/gather.js';
import { requireProbability } from './arguments.js';
import { literal, printCall } from './print.js';
import { GatherTransform, type TransformJson } from './transform.js';

export interface FlipOptions {
  /** Probability of a flip. @default 0.5 */
  readonly p?: number;
}

const readRandomHorizontalFlip = optionReader<FlipOptions>('RandomHorizontalFlip', { p: true });

/** Mirrors left and right with probability `p`. */
export class RandomHorizontalFlip extends GatherTransform {
  private readonly p: number;

  constructor(...given: [options?: FlipOptions]) {
    super();
    const { p = 0.5 } = readRandomHorizontalFlip(given);
    requireProbability('RandomHorizontalFlip', p);
    this.p = p;
  }

  gather(size: ImageSize, rng: Rng): Gather | null {
    return rng.bool(this.p) ? flipGather(size, { horizontal: true }) : null;
  }

  toJSON(): TransformJson {
    return { name: 'RandomHorizontalFlip', p: this.p };
  }

  override toString(): string {
    return printCall('RandomHorizontalFlip', { p: literal(this.p) });
  }
}

const readRandomVerticalFlip = optionReader<FlipOptions>('RandomVerticalFlip', { p: true });

/** Mirrors top and bottom with probability `p`. */
export class RandomVerticalFlip extends GatherTransform {
  private readonly p: number;

  constructor(...given: [options?: FlipOptions]) {
    super();
    const { p = 0.5 } = readRandomVerticalFlip(given);
    requireProbability('RandomVerticalFlip', p);
    this.p = p;
  }

  gather(size: ImageSize, rng: Rng): Gather | null {
    return rng.bool(this.p) ? flipGather(size, { vertical: true }) : null;
  }

  toJSON(): TransformJson {
    return { name: 'RandomVerticalFlip', p: this.p };
  }

  override toString(): string {
    return printCall('RandomVerticalFlip', { p: literal(this.p) });
  }
}

/**
 * Mirrors left and right in every other epoch: which pictures begin mirrored is random, and two epochs show each picture
 * both ways. Less is seen twice than with a flip that is random each time (Jordan, 2024, https://arxiv.org/abs/2404.00498).
 * Of a generator that no `DataLoader` made, the epoch is 0.
 */
export class AlternatingHorizontalFlip extends GatherTransform {
  gather(size: ImageSize, { seed, stream, index }: Rng): Gather | null {
    const sample = index % 2 ** 32; // as `data/streams.ts` numbers them
    const epoch = Math.floor(index / 2 ** 32);
    const mirrored = new Rng(seed, stream, sample).bool() !== (epoch % 2 === 1);
    return mirrored ? flipGather(size, { horizontal: true }) : null;
  }

  toJSON(): TransformJson {
    return { name: 'AlternatingHorizontalFlip' };
  }

  override toString(): string {
    return printCall('AlternatingHorizontalFlip', {});
  }
}
