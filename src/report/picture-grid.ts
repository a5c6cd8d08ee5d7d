/** Pictures with labels under them, on one PNG that looks the same with any fonts. */

import { enlarged } from '../explain/pictures.js';
import { encodePng, pngOfSvg } from '../vision/codecs/sharp.js';
import type { Image } from '../vision/image.js';
import { pngUrl } from './html.js';
import { shrunk } from './image-url.js';
import { hasChineseFont } from './lettering/chinese-font.js';
import { drawLetters } from './lettering/draw-letters.js';
import { svgText } from './svg-text.js';

export interface LabelledPicture {
  readonly image: Image;
  /** Lines under it. */
  readonly lines: readonly string[];
}

/** Pictures that belong together. */
export interface PictureRow {
  readonly heading?: string;
  readonly pictures: readonly LabelledPicture[];
}

const gap = 8;
const lineHeight = 14;
const textSize = 11;

/** Rows of pictures, each in a square of `side` pixels. */
export async function pictureGrid(
  title: string,
  rows: readonly PictureRow[],
  side: number,
): Promise<Uint8Array> {
  const columns = Math.max(...rows.map(({ pictures }) => pictures.length), 1);
  const width = gap + columns * (side + gap);
  const parts = [svgText(title, width / 2, 22, { size: 15, anchor: 'middle', bold: true })];
  let top = 36;
  for (const { heading, pictures } of rows) {
    if (heading !== undefined) {
      parts.push(svgText(heading, gap, top + 11, { size: 12, bold: true }));
      top += 18;
    }
    const lines = Math.max(...pictures.map((picture) => picture.lines.length), 0);
    for (const [column, picture] of pictures.entries())
      parts.push(await cell(picture, gap + column * (side + gap), top, side));
    top += side + lines * lineHeight + gap;
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}" viewBox="0 0 ${width} ${top}"><rect width="${width}" height="${top}" fill="#ffffff"/>${parts.join('')}</svg>`;
  return await pngOfSvg(drawLetters(svg, await hasChineseFont()), 1.5);
}

async function cell(
  { image, lines }: LabelledPicture,
  left: number,
  top: number,
  side: number,
): Promise<string> {
  const shown = enlarged(shrunk(image, 2 * side), side); // by whole factors: pixels stay squares
  const png = pngUrl(await encodePng(shown));
  const texts = lines.map((text, i) =>
    svgText(fitting(text, side), left + side / 2, top + side + 11 + i * lineHeight, {
      size: textSize,
      anchor: 'middle',
    }),
  );
  return `<image x="${left}" y="${top}" width="${side}" height="${side}" href="${png}"/>${texts.join('')}`;
}

/** As much of a text as stands under a picture. */
export function fitting(text: string, side: number): string {
  let room = (side + gap) / (0.52 * textSize);
  const signs = [...text];
  const end = signs.findIndex((sign) => {
    room -= sign > '\u3000' ? 2 : 1; // Chinese is as wide as high
    return room < 0;
  });
  return end === -1 ? text : `${signs.slice(0, end - 1).join('')}…`;
}
