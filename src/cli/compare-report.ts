/** What `wick compare` says: tables of at most 80 columns, and the cells of its page, which may be in another language. */
import { valueText } from '../recipes/settings/value-text.js';
import { english } from '../report/language/english.js';
import type { Words } from '../report/language/words.js';
import type { RunComparison, SeedGroup } from '../runs/compare/compare.js';
import { runLabel } from '../runs/compare/notes.js';
import type { ComparedRun, MeasuredAccuracy } from '../runs/compare/read-run.js';
import { percent } from '../train/epoch-line.js';
import { formatDuration } from '../train/progress.js';
import { formatTable, wrapped } from './output.js';
import { textWidth } from './text-width.js';

const lineWidth = 80;

/** A run a row: letter, folder, epochs, scores, time, speed, size; the first row names the columns. */
export function runRows({ runs }: RunComparison, words = english.compare): string[][] {
  const validated = runs.some(({ accuracy }) => accuracy?.split === 'val');
  const { run: name, epochs, val, test, time, speed, parameters } = words;
  const head = ['', name, epochs, ...(validated ? [val] : []), test, '95 %'];
  const rows = runs.map((run, i) => [
    runLabel(i),
    run.path,
    epochsText(run),
    ...(validated ? [run.accuracy?.split === 'val' ? percent(run.accuracy.estimate) : '–'] : []),
    run.test === null ? '–' : percent(run.test.estimate),
    run.test === null ? '' : intervalText(run.test),
    formatDuration(run.durationMs),
    run.imagesPerSecond === null ? '–' : Math.round(run.imagesPerSecond).toLocaleString('en'),
    run.parameters === null ? '–' : compact.format(run.parameters),
  ]);
  return [[...head, time, speed, parameters], ...rows];
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** `3/5`: epochs that ended, of those that were asked for. */
function epochsText({ epochs, state }: ComparedRun): string {
  const mark = { ended: '', stopped: '', unfinished: '…', failed: '!' }[state];
  return `${epochs.done}/${epochs.planned}${mark}`;
}

/** `96.0–97.9` */
function intervalText({ low, high }: MeasuredAccuracy): string {
  return `${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)}`;
}

/** The table as lines; of long paths the end is shown, by which runs differ. */
export function runTable(comparison: RunComparison): string[] {
  const rows = runRows(comparison);
  const around = Math.max(
    ...formatTable(rows.map((row) => row.toSpliced(1, 1, ''))).map(textWidth),
  );
  const room = Math.max(8, lineWidth - around);
  return formatTable(
    rows.map((row) => row.with(1, endOf(row[1] ?? '', room))),
    2,
  );
}

function endOf(path: string, width: number): string {
  const characters = [...path];
  while (textWidth(characters.join('')) > width - 1) characters.shift();
  return characters.length === [...path].length || textWidth(path) <= width
    ? path
    : `…${characters.join('')}`;
}

/** Settings that differ: the key, and a value for each run. */
export function settingRows(
  { runs, differing }: RunComparison,
  words = english.compare,
): string[][] {
  const labels = runs.map((_, i) => runLabel(i));
  return [
    [words.setting, ...labels],
    ...differing.map(({ key, values }) => [key, ...values.map(valueText)]),
  ];
}

/** The same as lines: a table where it fits, else a paragraph for each setting, in which equal values stand once. */
export function settingTable(comparison: RunComparison): string[] {
  if (comparison.differing.length === 0)
    return comparison.runs.length < 2 ? [] : [english.compare.noneDiffers];
  const table = formatTable(settingRows(comparison), 1);
  if (table.every((line) => textWidth(line) <= lineWidth)) return table;
  return comparison.differing.flatMap(({ key, values }) => {
    const runsOf = new Map<string, string[]>();
    values.forEach((value, i) => {
      const text = valueText(value);
      runsOf.set(text, [...(runsOf.get(text) ?? []), runLabel(i)]);
    });
    const parts = [...runsOf].map(([text, labels]) => `${text} (${labels.join(', ')})`);
    return wrapped(`${key}: ${parts.join('; ')}`, 4);
  });
}

/** `A, B, C: test 97.1% ± 0.2 over 3 seeds`, for groups of more than one run. */
export function groupLines({ groups }: RunComparison, words = english.compare): string[] {
  return groups.flatMap((group) => groupLine(group, words));
}

function groupLine({ runs, accuracy }: SeedGroup, words: Words['compare']): string[] {
  if (runs.length < 2 || accuracy === null || accuracy.std === null) return [];
  const { split, mean, std, count } = accuracy;
  const labels = runs.map(runLabel).join(', ');
  const score = `${percent(mean)} ± ${(100 * std).toFixed(2)}`;
  return [words.seeds(labels, split, score, count)];
}

/** What has become of runs that did not end as planned. */
export function stateLines({ runs }: RunComparison, words = english.compare): string[] {
  return runs.flatMap(({ state, reason, epochs: { done, planned } }, i) => {
    const label = runLabel(i);
    if (state === 'failed') return [words.failed(label, reason)];
    if (state === 'stopped') return [words.stopped(label, done)];
    if (state === 'unfinished') return [words.unfinished(label)];
    return done < planned ? [words.endedEarly(label, done)] : [];
  });
}
