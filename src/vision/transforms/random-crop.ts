import { ShapeError } from '../../core/errors.js';
import type { Rng } from '../../core/rng.js';
import { pair, type Size2d } from '../../core/shape.js';
import type { ImageSize } from '../image.js';
import { requireFill, requirePaddingMode } from './arguments.js';
import { type PaddingSize, paddingSides } from './pad.js';
import type { Fill } from './pixels/fill.js';
import { type Box, cropGather, type Gather, joinGathers } from './pixels/gather.js';
import { type PaddingMode, padGather } from './pixels/pad.js';
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

  constructor(
    size: number | Size2d,
    {
      padding = null,
      padIfNeeded = false,
      fill = 0,
      paddingMode = 'constant',
    }: RandomCropOptions = {},
  ) {
    super();
    this.size = pair('RandomCrop', 'size', size);
    if (padding !== null) paddingSides('RandomCrop', padding);
    requireFill('RandomCrop', fill);
    requirePaddingMode('RandomCrop', paddingMode);
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
          `resize first, raise padding (now ${JSON.stringify(this.padding)}) or set padIfNeeded`,
      );
    const top = rng.int(size.height - height + 1);
    const left = rng.int(size.width - width + 1);
    return { top, left, height, width };
  }

  gather(size: ImageSize, rng: Rng): Gather {
    const padded = this.pads(size);
    const current = padded === null ? size : sizeOf(padded);
    const crop = cropGather(current, this.draw(current, rng));
    return padded === null ? crop : through(padded, crop);
  }

  private pads(size: ImageSize): Gather | null {
    const pad = (before: Gather | null, padding: PaddingSize): Gather => {
      const sides = paddingSides('RandomCrop', padding);
      const next = padGather(
        before === null ? size : sizeOf(before),
        sides,
        this.paddingMode,
        this.fill,
      );
      return before === null ? next : through(before, next);
    };
    let padded = this.padding === null ? null : pad(null, this.padding);
    if (!this.padIfNeeded) return padded;
    const [height, width] = this.size;
    const missingX = width - (padded === null ? size : sizeOf(padded)).width;
    if (missingX > 0) padded = pad(padded, [missingX, 0]);
    const missingY = height - (padded === null ? size : sizeOf(padded)).height;
    if (missingY > 0) padded = pad(padded, [0, missingY]);
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

function sizeOf({ rows, columns }: Gather): ImageSize {
  return { height: rows.length, width: columns.length };
}

/** `first`, then `second`, which fills with the same colour or not at all. */
function through(first: Gather, second: Gather): Gather {
  return joinGathers(first, { ...second, fill: first.fill }) ?? second;
}
