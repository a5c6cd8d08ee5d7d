import { ValueError } from '../../core/errors.js';
import { requireOneOf } from '../../core/options.js';
import { quote } from '../../core/outside-text.js';
import { type Language, languageNames, languages, type Words } from './words.js';

let chosen: Language | null = null;

/**
 * Chooses the language of pictures and pages that are made from now on, for all that is not told another. Terminal, logs and
 * errors speak English.
 *
 * @default what the environment's WICK_LANG says, else English. The system's own language says nothing: pictures of
 * one run look alike wherever they are drawn.
 */
export function useLanguage(language: Language): void {
  requireOneOf('useLanguage', 'language', language, languageNames);
  chosen = language;
}

/** The language that is chosen, else English. @throws ValueError for a WICK_LANG that is none */
export function currentLanguage(): Language {
  return chosenLanguage() ?? 'en';
}

/** The language that is chosen; null where nobody has. @throws as `currentLanguage` */
export function chosenLanguage(): Language | null {
  if (chosen !== null) return chosen;
  const given = typeof process === 'undefined' ? undefined : process.env.WICK_LANG;
  if (given === undefined || given === '') return null;
  const language = languageNames.find((name) => name === given);
  if (language === undefined)
    throw new ValueError('WICK_LANG', `${quote(given)}, ${languageNames.join(' or ')} is required`);
  return language;
}

/** The words of the language that is chosen. */
export function currentWords(): Words {
  return languages[currentLanguage()];
}
