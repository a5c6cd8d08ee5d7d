import { element } from '../element.js';
import { text } from '../language/say.js';

/** Counts of the pictures that are held out: true classes down, predicted ones across. */
export function confusionTable(
  classes: readonly string[],
  counts: readonly (readonly number[])[],
): HTMLElement {
  const head = classes.map((name) =>
    element('th', { attributes: { scope: 'col' } }, element('bdi', {}, name)),
  );
  const rows = counts.map((row, k) =>
    element(
      'tr',
      {},
      element('th', { attributes: { scope: 'row' } }, element('bdi', {}, classes[k] ?? '')),
      ...row.map((count) => element('td', {}, String(count))),
    ),
  );
  return element(
    'div',
    { className: 'wide' },
    element(
      'table',
      { className: 'confusion' },
      element(
        'caption',
        { className: 'quiet' },
        text((words) => words.confusion),
      ),
      element('tr', {}, element('td'), ...head),
      ...rows,
    ),
  );
}
