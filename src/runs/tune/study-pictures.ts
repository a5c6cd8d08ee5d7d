/** What a study shows: its history, what was tried, what mattered, and all of it on one page. */
import { valueText } from '../../recipes/settings/value-text.js';
import { renderSvg } from '../../report/echarts.js';
import { currentWords } from '../../report/language/choice.js';
import type { Words } from '../../report/language/words.js';
import { tablePageHtml } from '../../report/table-page.js';
import { tuneHistoryChart } from '../../report/tune-history.js';
import { tuneImportanceChart } from '../../report/tune-importance.js';
import { type TunedAxis, tuneParallelChart } from '../../report/tune-parallel.js';
import type { TunedTrial } from '../../report/tuned-trial.js';
import type { Importance } from './importance.js';
import type { Dimension } from './space.js';
import { type StudyDefinition, searchName } from './study-definition.js';
import type { StudyFolder } from './study-folder.js';
import type { TrialRecord } from './trial-record.js';

/** What of a study is shown. */
interface Shown {
  readonly definition: StudyDefinition;
  readonly ranked: readonly TrialRecord[];
  readonly best: TrialRecord | null;
  readonly test: { readonly mean: number; readonly std: number | null } | null;
  readonly importances: readonly Importance[];
}

/** Writes history.svg, parallel.svg, importance.svg and report.html; nothing where no trial has ended well. */
export async function writePictures(study: StudyFolder, tuning: Shown): Promise<void> {
  const { definition, ranked, best, importances } = tuning;
  if (best === null) return;
  const { tune: words } = currentWords();
  const { metric } = definition;
  const isShare = metric !== 'loss';
  const objective = {
    name: words.objective[metric],
    minimize: !isShare,
  };
  const trials = ranked
    .map(({ trial, values, epochs, value }): TunedTrial => {
      return { trial, values, epochs, value: value !== null && isShare ? 100 * value : value };
    })
    .sort((a, b) => a.trial - b.trial);
  const pictures: [file: string, heading: string, svg: string][] = [
    ['history.svg', words.history, renderSvg(tuneHistoryChart(trials, objective, words))],
    [
      'parallel.svg',
      words.tried,
      renderSvg(tuneParallelChart(trials, axesOf(definition), objective)),
    ],
  ];
  if (importances.length > 0)
    pictures.push([
      'importance.svg',
      words.importance,
      renderSvg(tuneImportanceChart(importances, words)),
    ]);
  for (const [file, , svg] of pictures) await study.write(file, svg);
  const page = tablePageHtml({
    title: words.title(definition.data, ranked.length),
    facts: factsOf(tuning, best, words),
    sections: [
      ...pictures.map(([, heading, svg]) => ({ heading, svg })),
      { heading: words.trials, rows: rowsOf(tuning, words) },
    ],
  });
  await study.write('report.html', page);
}

function axesOf({ search, grid }: StudyDefinition): TunedAxis[] {
  const choices = (values: readonly unknown[]) => ({
    categories: values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
  });
  const kindOf = (dimension: Dimension): TunedAxis['kind'] => {
    if ('choice' in dimension) return choices(dimension.choice);
    if ('log' in dimension) return { log: dimension.log };
    return { linear: 'int' in dimension ? dimension.int : dimension.uniform };
  };
  return [
    ...Object.entries(grid).map(([key, values]) => ({ key, kind: choices(values) })),
    ...Object.entries(search).map(([key, dimension]) => ({ key, kind: kindOf(dimension) })),
  ];
}

function factsOf(
  { test, definition, ranked }: Shown,
  best: TrialRecord,
  words: Words['tune'],
): string[] {
  const { metric, seeds, halving } = definition;
  const failed = ranked.filter(({ value }) => value === null).length;
  const score = spread(best.value ?? 0, best.std, metric);
  const measured = test && spread(test.mean, test.std, 'accuracy');
  return [
    words.best(best.trial, words.metric[metric], score, measured),
    words.how(seeds, searchName(definition, words), halving?.reduction ?? null),
    ...(failed === 0 ? [] : [words.someFailed(failed)]),
  ];
}

function rowsOf({ ranked, definition }: Shown, words: Words['tune']): string[][] {
  const keys = [...Object.keys(definition.grid), ...Object.keys(definition.search)];
  const { metric } = definition;
  return [
    [words.trial, words.metric[metric], words.epochs, ...keys, ''],
    ...ranked.map(({ trial, value, std, epochs, values, failed }) => [
      String(trial),
      value === null ? words.failed : spread(value, std, metric),
      String(epochs),
      ...keys.map((key) => valueText(values[key])),
      failed ?? '',
    ]),
  ];
}

/** `97.1 % ± 0.21` */
function spread(value: number, std: number | null, metric: StudyDefinition['metric']): string {
  const isShare = metric !== 'loss';
  const text = isShare ? `${(100 * value).toFixed(1)}%` : value.toPrecision(4);
  if (std === null) return text;
  return `${text} ± ${isShare ? (100 * std).toFixed(2) : std.toPrecision(2)}`;
}
