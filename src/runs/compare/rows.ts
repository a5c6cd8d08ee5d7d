/** What a comparison says, as cells and lines: the terminal and the page, which may be in another language, have the same. */
import { valueText } from '../../recipes/settings/value-text.js';
import { english } from '../../report/language/english.js';
import type { Words } from '../../report/language/words.js';
import { percent } from '../../train/epoch-line.js';
import { formatDuration } from '../../train/progress.js';
import type { RunComparison, SeedGroup } from './compare.js';
import { runLabel } from './notes.js';
import type { ComparedRun, MeasuredAccuracy } from './read-run.js';

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

/** Settings that differ: the key, and a value for each run. */
export function settingRows(
  { runs, differing }: RunComparison,
  words = english.compare,
): string[][] {
  const labels = runs.map((_, i) => runLabel(i));
  const names: Readonly<Record<string, string>> = words.facts;
  const cell = (key: string, value: unknown) =>
    key === 'by hand' && typeof value === 'string' ? words.byHand(value) : valueText(value);
  return [
    [words.setting, ...labels],
    ...differing.map(({ key, values }) => [
      names[key] ?? key,
      ...values.map((value) => cell(key, value)),
    ]),
  ];
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
