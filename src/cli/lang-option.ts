import { Option } from 'commander';
import { currentLanguage, useLanguage } from '../report/language/choice.js';
import { type Language, languageNames } from '../report/language/words.js';

/** `--lang en|zh`: of every command that draws pictures or writes a page. */
export const langOption = (): Option =>
  new Option('--lang <language>', 'of pictures and pages (default: WICK_LANG, or else en)').choices(
    languageNames,
  );

/** The same of a page that is looked at in other people's browsers. */
export const pageLangOption = (): Option =>
  new Option(
    '--lang <language>',
    "of the page, until its reader chooses another (default: WICK_LANG, or else the browser's)",
  ).choices(languageNames);

/** Applies the choice; a WICK_LANG that is none shows before anything else is done. */
export function applyLanguage(lang: Language | undefined): void {
  if (lang === undefined) currentLanguage();
  else useLanguage(lang);
}
