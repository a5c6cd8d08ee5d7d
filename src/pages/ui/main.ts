/** The page of `wick ui`: all runs of a folder, and each of them. */
import { element } from '../element.js';
import { runView } from './run-view.js';
import { runsView } from './runs-view.js';
import { fetchFacts } from './server.js';
import type { View } from './view.js';
import { chosenLanguage, languages, type PageLanguage } from './words.js';

const main = element('main');
const chooser = element('select');
const name = element('strong', {}, 'wick');
let view: View | null = null;

chooser.append(
  element('option', { value: 'en' }, 'English'),
  element('option', { value: 'zh' }, '中文'),
);
chooser.value = chosenLanguage();
document.body.append(element('header', { className: 'row' }, name, chooser), main);

async function start(): Promise<void> {
  const facts = await fetchFacts();
  const show = () => {
    const language = chooser.value as PageLanguage; // its options
    const words = languages[language];
    document.documentElement.lang = language;
    chooser.setAttribute('aria-label', words.language);
    view?.close();
    const [, given] = /^#\/run\/(.+)$/.exec(location.hash) ?? [];
    const run = given === undefined ? facts.only : decoded(given);
    view = run === null ? runsView(facts, words) : runView(run, facts.control, words);
    document.title = `${view.title} – wick`;
    main.replaceChildren(view.element);
  };
  window.addEventListener('hashchange', show);
  chooser.addEventListener('change', () => {
    localStorage.setItem('wick-language', chooser.value);
    show();
  });
  show();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

start().catch((error: Error) => {
  main.replaceChildren(element('p', { className: 'problem' }, error.message));
});
