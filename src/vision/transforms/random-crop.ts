import { ShapeError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { show } from '../../core/outside-text.js';
import type { Rng } from '../../core/rng.js';
import type { Size2d } from '../../core/shape.js';
import type { ImageSize } from '../image.js';
import type { Fill } from '../pixels/fill.js';
import {
  type Box,
  chainGathers,
  cropGather,
  cropOf,
  type Gather,
  gatherSize,
} from '../pixels/gather.js';
import { type PaddingMode, padGather } from '../pixels/pad.js';
import { requireBoolean, requireFill, requirePaddingMode, sidePair } from './arguments.js';
import { type PaddingSize, paddingSides } from './pad.js';
import { literal, printCall } from './print.js';
import { GatherTransform, type TransformJson } from './transform.js';

export interface RandomCropOptions {
  /** Border put around the image first, as in `Pad`. @default null */
  readonly padding?: PaddingSize | null;
  /** Also pads, evenly, an image that is smaller than `size`, instead of refusing it. @default false */
  readonly padIfNeeded?: boolean;
  /** Colour of the border in mode `constant`. @default 0 */
  readonly fill?: Fill;
  /** @default 'constant' */
  readonly paddingMode?: PaddingMode;
}

const readRandomCrop = optionReader<RandomCropOptions>('RandomCrop', {
  padding: true,
  padIfNeeded: true,
  fill: true,
  paddingMode: true,
});

/**
 * Cuts a window of `size` (a side, or `[height, width]`) out of the padded image, every position equally likely.
 *
 * @example new RandomCrop(32, { padding: 4 })
 */
export class RandomCrop extends GatherTransform {
  private readonly size: Size2d;
  private readonly padding: PaddingSize | null;
  private readonly padIfNeeded: boolean;
  private readonly fill: Fill;
  private readonly paddingMode: PaddingMode;

  constructor(size: number | Size2d, ...given: [options?: RandomCropOptions]) {
    super();
    const {
      padding = null,
      padIfNeeded = false,
      fill = 0,
      paddingMode = 'constant',
    } = readRandomCrop(given);
    this.size = sidePair('RandomCrop', 'size', size);
    if (padding !== null) paddingSides('RandomCrop', padding);
    requireFill('RandomCrop', fill);
    requirePaddingMode('RandomCrop', paddingMode);
    requireBoolean('RandomCrop', 'padIfNeeded', padIfNeeded);
    this.padding = padding;
    this.padIfNeeded = padIfNeeded;
    this.fill = fill;
    this.paddingMode = paddingMode;
  }

  /** A random window within `size`. */
  draw(size: ImageSize, rng: Rng): Box {
    const [height, width] = this.size;
    if (size.height < height || size.width < width)
      throw new ShapeError(
        'RandomCrop',
        `size ${height}×${width} exceeds the padded image ${size.height}×${size.width}; ` +
          `resize first, raise padding (now ${show(this.padding)}) or set padIfNeeded`,
      );
    const top = rng.int(size.height - height + 1);
    const left = rng.int(size.width - width + 1);
    return { top, left, height, width };
  }

  gather(size: ImageSize, rng: Rng): Gather {
    const padded = this.padded(size);
    return cropOf(padded, this.draw(gatherSize(padded), rng));
  }

  /** The image with its border, before the window is cut; the last one is kept, for most images are of one size. */
  private padded({ height, width }: ImageSize): Gather {
    if (this.last?.height !== height || this.last.width !== width)
      this.last = { height, width, padded: this.pad({ height, width }) };
    return this.last.padded;
  }

  private last: (ImageSize & { readonly padded: Gather }) | null = null;

  private pad(size: ImageSize): Gather {
    let padded = cropGather(size, { top: 0, left: 0, ...size });
    const pad = (padding: PaddingSize): void => {
      const sides = paddingSides('RandomCrop', padding);
      const next = padGather(gatherSize(padded), sides, this.paddingMode);
      padded = chainGathers(padded, next, this.fill);
    };
    const [height, width] = this.size;
    if (this.padding !== null) pad(this.padding);
    // As torchvision does it: what is missing is added on both sides.
    if (this.padIfNeeded && padded.columns.length < width) pad([width - padded.columns.length, 0]);
    if (this.padIfNeeded && padded.rows.length < height) pad([0, height - padded.rows.length]);
    return padded;
  }

  toJSON(): TransformJson {
    const { size, padding, padIfNeeded, fill, paddingMode } = this;
    return { name: 'RandomCrop', size, padding, padIfNeeded, fill, paddingMode };
  }

  override toString(): string {
    return printCall('RandomCrop', { size: literal(this.size), padding: literal(this.padding) });
  }
}
