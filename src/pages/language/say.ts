/** Texts of a page that stands while its language changes: each is asked for again, and nothing that people did is lost. */
import { chinese } from './chinese.js';
import { chosenLanguage, type PageLanguage } from './choice.js';
import { languageChooser } from './chooser.js';
import { english, type PictureWords } from './english.js';

/** A text, by the words of a language. */
export type Saying = (words: PictureWords) => string;

const languages: Readonly<Record<PageLanguage, PictureWords>> = { en: english, zh: chinese };

let words = languages[chosenLanguage()];
const said = new Map<Node, Map<string, Saying>>();

/** Sets an element's text, or an attribute of it, in whatever language is chosen. */
export function say(place: Element | Text, saying: Saying, attribute = ''): void {
  const own = said.get(place) ?? new Map<string, Saying>();
  said.set(place, own.set(attribute, saying));
  write(place, saying, attribute);
}

/** A text as it is now: for what people change themselves. */
export function sayNow(saying: Saying): string {
  return saying(words);
}

/** A text as a child of an element. */
export function text(saying: Saying): Text {
  const node = document.createTextNode('');
  say(node, saying);
  return node;
}

/** Where the language of the page is chosen. */
export function pageLanguage(): HTMLElement {
  return languageChooser(
    (language) => languages[language].language,
    (language) => {
      words = languages[language];
      for (const [place, sayings] of said)
        for (const [attribute, saying] of sayings) write(place, saying, attribute);
    },
  );
}

function write(place: Node, saying: Saying, attribute: string): void {
  if (place instanceof Element && attribute !== '') place.setAttribute(attribute, saying(words));
  else place.textContent = saying(words);
}
