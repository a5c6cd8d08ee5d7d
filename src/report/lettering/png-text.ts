/** What stands on PNGs, which must look right on a machine without fonts. */
import { english } from '../language/english.js';
import type { Words } from '../language/words.js';
import { hasChineseFont, isChinese } from './chinese-font.js';
import { lettersOf } from './lettering.js';

/** The words that are used: those of a language whose signs come out here, or English. */
export async function pngWords(words: Words): Promise<Words> {
  return (await hasChineseFont()) ? words : english;
}

/** Names of classes where all their signs come out here, and else their numbers. */
export async function pngNames(classes: readonly string[]): Promise<string[]> {
  return letteredNames(classes, await hasChineseFont());
}

/** The same, told whether there is a font for Chinese. */
export function letteredNames(classes: readonly string[], chineseFont: boolean): string[] {
  return classes.map(
    (name, k) => lettersOf(name) ?? (chineseFont && isChinese(name) ? name : `#${k}`),
  );
}
