import { optionReader } from '../../core/options.js';
import type { Rng } from '../../core/rng.js';
import type { Image } from '../image.js';
import type { TakeBytes } from '../pixels/byte-room.js';
import { adjustBrightness, adjustContrast, adjustSaturation } from '../pixels/color.js';
import { adjustHue } from '../pixels/hue.js';
import { type Range, requireNumber, requireRange, symmetricRange } from './arguments.js';
import { limits } from './limits.js';
import { floatList, printCall } from './print.js';
import { PointTransform, type TransformJson } from './transform.js';

/** The four properties, in the order in which their factors are drawn. */
const adjust = {
  brightness: adjustBrightness,
  contrast: adjustContrast,
  saturation: adjustSaturation,
  hue: adjustHue,
} as const;

type Property = keyof typeof adjust;
const properties = Object.keys(adjust) as readonly Property[];

export interface ColorJitterOptions {
  /** A factor within 1 ± this (not below 0), or within the pair given. @default 0 */
  readonly brightness?: number | Range;
  /** @default 0 */
  readonly contrast?: number | Range;
  /** @default 0 */
  readonly saturation?: number | Range;
  /** A turn of the colour circle within ± this (at most 0.5), or within the pair given. @default 0 */
  readonly hue?: number | Range;
}

/** One change of colour: which property, and how much. */
export interface ColorChange {
  readonly property: Property;
  readonly factor: number;
}

const readColorJitter = optionReader<ColorJitterOptions>('ColorJitter', {
  brightness: true,
  contrast: true,
  saturation: true,
  hue: true,
});

/**
 * Changes brightness, contrast, saturation and hue by random factors, in random order.
 *
 * @example new ColorJitter({ brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.1 })
 */
export class ColorJitter extends PointTransform {
  private readonly ranges: Readonly<Record<Property, Range | null>>;

  constructor(...given: [options?: ColorJitterOptions]) {
    super();
    const { brightness = 0, contrast = 0, saturation = 0, hue = 0 } = readColorJitter(given);
    this.ranges = {
      brightness: factorRange('brightness', brightness),
      contrast: factorRange('contrast', contrast),
      saturation: factorRange('saturation', saturation),
      hue: hueRange(hue),
    };
  }

  /** Random changes in random order. */
  draw(rng: Rng): ColorChange[] {
    const order = rng.permutation(properties.length);
    const changes = properties.map((property) => {
      const range = this.ranges[property];
      return range === null ? null : { property, factor: rng.uniform(...range) };
    });
    return Array.from(order, (i) => changes[i] ?? null).filter((change) => change !== null);
  }

  recolor(image: Image, rng: Rng, take: TakeBytes): Image {
    const changes = this.draw(rng);
    if (changes.length === 0) return image;
    const out = take(image.data.length);
    let result = image;
    for (const { property, factor } of changes)
      result = adjust[property](result, factor, () => out); // after the first, in place
    return result;
  }

  toJSON(): TransformJson {
    const { brightness, contrast, saturation, hue } = this.ranges;
    return {
      name: 'ColorJitter',
      brightness: brightness ?? 0,
      contrast: contrast ?? 0,
      saturation: saturation ?? 0,
      hue: hue ?? 0,
    };
  }

  override toString(): string {
    const shown = properties.map((property) => {
      const range = this.ranges[property];
      return [property, range === null ? 'None' : floatList(range)];
    });
    return printCall('ColorJitter', Object.fromEntries(shown));
  }
}

/** `0.2` → `[0.8, 1.2]`; null where the factor can only be 1. */
function factorRange(name: string, value: number | Range): Range | null {
  if (typeof value === 'number')
    requireNumber('ColorJitter', name, value, [0, limits.factor[1] - 1]);
  else requireRange('ColorJitter', name, value, limits.factor);
  const range: Range = typeof value === 'number' ? [Math.max(0, 1 - value), 1 + value] : value;
  return range[0] === 1 && range[1] === 1 ? null : range;
}

function hueRange(value: number | Range): Range | null {
  const range = symmetricRange('ColorJitter', 'hue', value, limits.hue);
  return range[0] === 0 && range[1] === 0 ? null : range;
}
