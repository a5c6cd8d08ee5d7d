import { decode } from '../../vision/codecs/decode.js';
import { pngOfSvg } from '../../vision/codecs/sharp.js';
import type { Image } from '../../vision/image.js';
import { lettersOf } from './lettering.js';

const side = 48;
const sample = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><rect width="${side}" height="${side}" fill="#ffffff"/><text x="6" y="38" font-size="36" font-family="sans-serif">人</text></svg>`;

let found: Promise<boolean> | undefined;

/**
 * Whether texts in Chinese come out on this machine's PNGs. Fonts are not asked for by name, which differ from system to
 * system: 人 is drawn and looked at. Where no font has it there is a box in its place, or nothing.
 */
export function hasChineseFont(): Promise<boolean> {
  found ??= pngOfSvg(sample, 1).then(async (png) => looksLikePerson(await decode(png)));
  return found;
}

/** Whether a text has no signs but those of the alphabet of strokes, and of the Chinese that any Chinese font has. */
export function isChinese(text: string): boolean {
  return [...text].every(
    (sign) => /[\u3001-\u3011\u4e00-\u9fff\uff01-\uff5e]/.test(sign) || lettersOf(sign) !== null,
  );
}

/** 人: one foot at each side and nothing between them, all of it under a point in the middle. */
export function looksLikePerson({ height, width, channels, data }: Image): boolean {
  const inked = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => x).filter(
      (x) => (data[(y * width + x) * channels] ?? 255) < 128,
    ),
  ).filter((row) => row.length > 0);
  const columns = inked.flat();
  const [left, right] = [Math.min(...columns), Math.max(...columns)];
  const extent = right - left;
  if (inked.length < side / 3 || extent < side / 3) return false;
  const isMiddle = (x: number) => Math.abs(x - (left + right) / 2) < extent / 4;
  const top = inked.slice(0, Math.ceil(inked.length / 4)).flat();
  const bottom = inked.slice(-Math.ceil(inked.length / 8)).flat();
  return (
    top.every(isMiddle) &&
    !bottom.some(isMiddle) &&
    bottom.some((x) => x < left + extent / 4) &&
    bottom.some((x) => x > right - extent / 4)
  );
}
