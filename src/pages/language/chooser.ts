import { element } from '../element.js';
import { chosenLanguage, keepLanguage, type PageLanguage } from './choice.js';

/** A box to choose a language by; what is chosen is kept. `onChange` is told of the first choice, too. */
export function languageChooser(
  label: (language: PageLanguage) => string,
  onChange: (language: PageLanguage) => void,
): HTMLSelectElement {
  const chooser = element(
    'select',
    { className: 'language' },
    element('option', { value: 'en' }, 'English'),
    element('option', { value: 'zh' }, '中文'),
  );
  chooser.value = chosenLanguage();
  const tell = () => {
    const language = chooser.value as PageLanguage; // its options
    document.documentElement.lang = language;
    chooser.setAttribute('aria-label', label(language));
    onChange(language);
  };
  chooser.addEventListener('change', () => {
    keepLanguage(chooser.value as PageLanguage);
    tell();
  });
  tell();
  return chooser;
}
