/** The page of `wick ui`: all runs of a folder, and each of them. */
import { element } from '../element.js';
import { chosenLanguage } from '../language/choice.js';
import { languageChooser } from '../language/chooser.js';
import { runView } from './run-view.js';
import { runsView } from './runs-view.js';
import { fetchFacts, reasonOf } from './server.js';
import type { View } from './view.js';
import { languages } from './words.js';

const main = element('main');
let language = chosenLanguage();
let show = () => {};
const chooser = languageChooser(
  (chosen) => languages[chosen].language,
  (chosen) => {
    language = chosen;
    show();
  },
);
document.body.append(
  element('header', { className: 'row' }, element('strong', {}, 'wick'), chooser),
  main,
);

async function start(): Promise<void> {
  const facts = await fetchFacts();
  let view: View | null = null;
  show = () => {
    const words = languages[language];
    view?.close();
    const [, given] = /^#\/run\/(.+)$/.exec(location.hash) ?? [];
    const run = given === undefined ? facts.only : decoded(given);
    view = run === null ? runsView(facts, words) : runView(run, facts.control, words);
    document.title = `${view.title} – wick`;
    main.replaceChildren(view.element);
  };
  window.addEventListener('hashchange', show);
  show();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

start().catch((error: unknown) => {
  const problem = reasonOf(error, languages[language]);
  main.replaceChildren(element('p', { className: 'problem' }, problem));
});
