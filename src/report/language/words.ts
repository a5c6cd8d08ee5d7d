/** What pictures and pages say, in the languages that they speak. */
import { chinese } from './chinese.js';
import { english } from './english.js';

export type Words = typeof english;
export type Language = 'en' | 'zh';

export const languageNames: readonly Language[] = ['en', 'zh'];

export const languages: Readonly<Record<Language, Words>> = { en: english, zh: chinese };
