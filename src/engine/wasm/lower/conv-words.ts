/** The argument words of the convolution kernels by name, in the order of `ConvArgs` and `PackArgs` in `kernels/`. */
import type { Word } from './context.js';

export const convWordNames = [
  'x',
  'xImage',
  'xBlock',
  'pixel',
  'blocks',
  'height',
  'width',
  'y',
  'yImage',
  'yBlock',
  'yRow',
  'yPixel',
  'panelsPerBlock',
  'outHeight',
  'outWidth',
  'w',
  'panels',
  'panelWidth',
  'images',
  'groups',
  'kernelHeight',
  'kernelWidth',
  'strideHeight',
  'strideWidth',
  'dilationHeight',
  'dilationWidth',
  'padTop',
  'padLeft',
  'rowsPerStrip',
  'scratch',
  'scratchBytes',
  'tableBytes',
  'add',
  'floor',
  'partialBytes',
  'imagesPerPass',
  'byBlocks',
] as const;

export type ConvWords = Readonly<Record<(typeof convWordNames)[number], Word>>;

export function convWords(words: ConvWords): Word[] {
  return convWordNames.map((name) => words[name]);
}

export const packWordNames = [
  'w',
  'packed',
  'groups',
  'columns',
  'rows',
  'columnStep',
  'rowStep',
  'groupStep',
  'panels',
  'panelWidth',
  'blocks',
  'block',
  'tapRows',
  'tapColumns',
  'firstTap',
  'tapRowStep',
  'tapColumnStep',
  'partials',
  'partialBytes',
] as const;

export type PackWords = Readonly<Record<(typeof packWordNames)[number], Word>>;

export function packWords(words: PackWords): Word[] {
  return packWordNames.map((name) => words[name]);
}
