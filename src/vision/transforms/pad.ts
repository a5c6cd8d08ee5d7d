import { ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { show } from '../../core/outside-text.js';
import type { ImageSize } from '../image.js';
import type { Fill } from '../pixels/fill.js';
import type { Gather } from '../pixels/gather.js';
import { type Padding, type PaddingMode, padGather } from '../pixels/pad.js';
import { isList, requireFill, requirePaddingMode } from './arguments.js';
import { limits } from './limits.js';
import { literal, printCall } from './print.js';
import { GatherTransform, type TransformJson } from './transform.js';

/** One number for all sides, `[left and right, top and bottom]`, or `[left, top, right, bottom]`. */
export type PaddingSize =
  | number
  | readonly [horizontal: number, vertical: number]
  | readonly [left: number, top: number, right: number, bottom: number];

export interface PadOptions {
  /** Colour of the border in mode `constant`: one number, or one per channel. @default 0 */
  readonly fill?: Fill;
  /** @default 'constant' */
  readonly paddingMode?: PaddingMode;
}

const readPad = optionReader<PadOptions>('Pad', { fill: true, paddingMode: true });

/** Puts a border of `padding` pixels around the image; negative padding cuts. */
export class Pad extends GatherTransform {
  private readonly padding: PaddingSize;
  private readonly sides: Padding;
  private readonly fill: Fill;
  private readonly paddingMode: PaddingMode;

  constructor(padding: PaddingSize, ...given: [options?: PadOptions]) {
    super();
    const { fill = 0, paddingMode = 'constant' } = readPad(given);
    this.sides = paddingSides('Pad', padding);
    requireFill('Pad', fill);
    requirePaddingMode('Pad', paddingMode);
    this.padding = padding;
    this.fill = fill;
    this.paddingMode = paddingMode;
  }

  gather(size: ImageSize): Gather {
    return padGather(size, this.sides, this.paddingMode, this.fill);
  }

  toJSON(): TransformJson {
    const { padding, fill, paddingMode } = this;
    return { name: 'Pad', padding, fill, paddingMode };
  }

  override toString(): string {
    return printCall('Pad', {
      padding: literal(this.padding),
      fill: literal(this.fill),
      padding_mode: this.paddingMode,
    });
  }
}

/** The four sides of a padding given as one, two or four whole numbers. */
export function paddingSides(subject: string, padding: PaddingSize): Padding {
  const given: readonly number[] = typeof padding === 'number' ? [padding] : padding;
  const fits = isList(given, limits.padding) && [1, 2, 4].includes(given.length);
  if (!fits || !given.every(Number.isInteger))
    throw new ValueError(
      subject,
      `padding=${show(padding)} must be a whole number from ${limits.padding[0]} to ${limits.padding[1]}, a pair or four of them (left, top, right, bottom)`,
    );
  const [first = 0, second = first, third = first, fourth = second] = given;
  return { left: first, top: second, right: third, bottom: fourth };
}
