import { htmlText } from '../html.js';
import type { Words } from '../language/words.js';
import { name, section, table } from './parts.js';
import type { FoundCopies, FoundFile, RunReport } from './run-report.js';

/** Classes whose counts are listed; of more, the largest and the smallest are named. */
const mostListed = 24;

/** Files of a kind of finding that are named. */
const mostNamed = 8;

/** How many pictures of each class there are, and what was found among their files. */
export function dataSection({ splits, found, record }: RunReport, words: Words): string {
  const { classes } = record;
  const number = (n: number | undefined) => (n === undefined ? '–' : n.toLocaleString(words.code));
  const header = [words.className, ...splits.map((split) => splitName(split.name, words))];
  const of = (k: number) => splits.map(({ counts }) => number(counts?.[k]));
  const known = splits.some(({ counts }) => counts !== null);
  const total = [words.allClasses, ...splits.map(({ samples }) => number(samples))];
  const first = splits.find(({ counts }) => counts !== null)?.counts ?? [];
  const order = classes.map((_, k) => k).sort((a, b) => (first[b] ?? 0) - (first[a] ?? 0));
  const listed =
    classes.length <= mostListed
      ? classes.map((_, k) => k)
      : [...order.slice(0, 5), ...order.slice(-5)];
  const rows = known ? listed.map((k) => [classes[k] ?? '', ...of(k)]) : [];
  const left =
    classes.length <= mostListed || !known ? '' : `<p>${htmlText(words.largestAndSmallest)}</p>`;
  return section(
    words.data,
    [left, table([...rows, total], header), foundText(found, words)].join('\n'),
  );
}

function foundText(found: RunReport['found'], words: Words): string {
  if (found === null) return `<p class="quiet">${htmlText(words.notLookedAt)}</p>`;
  const kinds = found.kinds.filter(({ files }) => files.length > 0);
  if (kinds.length === 0) return `<p>${htmlText(words.nothingFound)}</p>`;
  return kinds
    .map(({ kind, files }) => {
      const shown = files.slice(0, mostNamed).map((file) => `<li>${fileText(file, words)}</li>`);
      const more = files.length > mostNamed ? `<li>… +${files.length - mostNamed}</li>` : '';
      return `<details><summary>${htmlText(words.found[kind](files.length))}</summary><ul>${shown.join('')}${more}</ul></details>`;
    })
    .join('\n');
}

function splitName(name: string, words: Words): string {
  const names: Readonly<Record<string, string>> = words.splits;
  return names[name] ?? name;
}

function fileText(file: FoundFile | FoundCopies, words: Words): string {
  if ('copies' in file) {
    const places = file.copies.map((copy) =>
      words.samePicture(splitName(copy.split, words), copy.name, copy.label),
    );
    return name(places.join(' = '));
  }
  const what = file.fault === undefined ? '' : `: ${name(words.fault(file.fault))}`;
  return `${name(file.name)}${what}`;
}
