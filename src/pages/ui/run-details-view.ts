import type { RunDetails } from '../../ui/protocol.js';
import { button, element } from '../element.js';
import { fetchDetails, reasonOf } from './server.js';
import type { PageWords } from './words.js';

/** Settings, where it ran, and what a terminal is told to go on from here. */
export async function fillDetails(box: HTMLElement, run: string, words: PageWords): Promise<void> {
  try {
    box.replaceChildren(...parts(await fetchDetails(run), words));
  } catch (error) {
    box.replaceChildren(element('p', { className: 'problem' }, reasonOf(error, words)));
  }
}

function parts({ settings, environment, commands }: RunDetails, words: PageWords): HTMLElement[] {
  const lines: readonly (readonly [string, string])[] = [
    [words.toTrainAnew, commands.train],
    [words.toRepeat, commands.reproduce],
    [words.toGoOn, commands.resume],
  ];
  return [
    element('h2', {}, words.settings),
    table(
      settings.map(({ key, value, usual }) => [key, value, usual]),
      [words.setting, words.value, words.usual],
    ),
    element('h2', {}, words.environment),
    table(environment.map(([name, value]) => [words.environmentOf[name], value])),
    element('h2', {}, words.repeat),
    ...lines.flatMap(([what, command]) => [
      element('p', { className: 'quiet' }, what),
      element('p', { className: 'row' }, element('code', {}, command), copyButton(command, words)),
    ]),
  ];
}

function copyButton(text: string, words: PageWords): HTMLElement {
  const made = button(words.copy, () => {
    void navigator.clipboard.writeText(text).then(() => {
      made.textContent = words.copied;
    });
  });
  made.setAttribute('aria-label', `${words.copy}: ${text}`);
  return made;
}

function table(rows: readonly (readonly string[])[], heads: readonly string[] = []): HTMLElement {
  const cells = (row: readonly string[]) =>
    row.map((text) => element('td', {}, element('bdi', {}, text)));
  const head = element('tr', {}, ...heads.map((text) => element('th', {}, text)));
  const body = element('tbody', {}, ...rows.map((row) => element('tr', {}, ...cells(row))));
  return element(
    'div',
    { className: 'wide' },
    element('table', {}, ...(heads.length > 0 ? [element('thead', {}, head)] : []), body),
  );
}
