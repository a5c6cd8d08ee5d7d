import { chosenLanguage } from './choice.js';

/** A page that chooses its language itself, by its browser's, told the one that was chosen for it here, if any. */
export function withLanguage(html: string): string {
  const language = chosenLanguage();
  if (language === null) return html;
  return html.replace('<html lang="en">', `<html lang="${language}" data-language="${language}">`);
}
