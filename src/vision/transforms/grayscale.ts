import { ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import type { Rng } from '../../core/rng.js';
import type { Channels, Image } from '../image.js';
import type { TakeBytes } from '../pixels/byte-room.js';
import { grayscale } from '../pixels/grayscale.js';
import { requireProbability } from './arguments.js';
import { literal, printCall } from './print.js';
import { PointTransform, type TransformJson } from './transform.js';

export interface GrayscaleOptions {
  /** 1, or 3 equal ones. @default 1 */
  readonly numOutputChannels?: Channels;
}

const readGrayscale = optionReader<GrayscaleOptions>('Grayscale', { numOutputChannels: true });

/** Makes the picture grey. */
export class Grayscale extends PointTransform {
  private readonly numOutputChannels: Channels;

  constructor(...given: [options?: GrayscaleOptions]) {
    super();
    const { numOutputChannels = 1 } = readGrayscale(given);
    if (numOutputChannels !== 1 && numOutputChannels !== 3)
      throw new ValueError('Grayscale', `numOutputChannels=${numOutputChannels} must be 1 or 3`);
    this.numOutputChannels = numOutputChannels;
  }

  recolor(image: Image, _rng: Rng, take: TakeBytes): Image {
    return grayscale(image, this.numOutputChannels, take);
  }

  toJSON(): TransformJson {
    return { name: 'Grayscale', numOutputChannels: this.numOutputChannels };
  }

  override toString(): string {
    return printCall('Grayscale', { num_output_channels: literal(this.numOutputChannels) });
  }
}

export interface RandomGrayscaleOptions {
  /** Probability of grey. @default 0.1 */
  readonly p?: number;
}

const readRandomGrayscale = optionReader<RandomGrayscaleOptions>('RandomGrayscale', { p: true });

/** Makes the picture grey with probability `p`; it keeps its number of channels. */
export class RandomGrayscale extends PointTransform {
  private readonly p: number;

  constructor(...given: [options?: RandomGrayscaleOptions]) {
    super();
    const { p = 0.1 } = readRandomGrayscale(given);
    requireProbability('RandomGrayscale', p);
    this.p = p;
  }

  recolor(image: Image, rng: Rng, take: TakeBytes): Image {
    return rng.bool(this.p) ? grayscale(image, image.channels, take) : image;
  }

  toJSON(): TransformJson {
    return { name: 'RandomGrayscale', p: this.p };
  }

  override toString(): string {
    return printCall('RandomGrayscale', { p: literal(this.p) });
  }
}
