/** In which language a page speaks. */
export type PageLanguage = 'en' | 'zh';

const key = 'wick-language';

/** What was chosen here before; else what whoever made the page chose (`--lang`); else what the browser is set to. */
export function chosenLanguage(): PageLanguage {
  const { language: given } = document.documentElement.dataset;
  return known(kept()) ?? known(given) ?? (navigator.language.startsWith('zh') ? 'zh' : 'en');
}

export function keepLanguage(language: PageLanguage): void {
  try {
    localStorage.setItem(key, language);
  } catch {
    // A browser that keeps nothing asks again.
  }
}

function kept(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function known(text: string | null | undefined): PageLanguage | null {
  return text === 'en' || text === 'zh' ? text : null;
}
