import { DataError } from '../../core/errors.js';
import { optionReader, requireOneOf } from '../../core/options.js';
import { currentLanguage } from '../../report/language/choice.js';
import { type Language, languageNames } from '../../report/language/words.js';
import { measureRun } from '../evaluate.js';
import { RunFolder } from '../run-folder.js';
import { readRunSummary } from '../run-summary.js';
import { findInData } from './data-findings.js';
import { writeAll } from './write-all.js';
import type { ReportSource } from './write-report.js';

export interface ReportOptions {
  /** @default the one that is chosen: `useLanguage`, WICK_LANG, English */
  readonly language?: Language;
  /** Where the pictures are. @default where the run had them */
  readonly data?: string | undefined;
  /** The run's recipe file, where it was trained by one that is elsewhere now. */
  readonly recipe?: string | undefined;
  /** How many files have been looked at. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A report that was written. */
export interface WrittenReport {
  /** `report.html` */
  readonly path: string;
  /** Why the report has no scores and no pictures: the data are not there, or there are no weights. */
  readonly problem: string | null;
  /** What people should know of how it was measured. */
  readonly notes: readonly string[];
}

const readOptions = optionReader<ReportOptions>('report', {
  language: true,
  data: true,
  recipe: true,
  onProgress: true,
});

/**
 * Measures the best weights of a run on its test set, looks at its data, and writes all its pictures and `report.html`: one
 * file that needs no network. Without the data, or without weights, it has what the run's logs say.
 *
 * @example const { path } = await runs.report('runs/photos-1', { language: 'zh' });
 */
export async function report(
  runOrPath: RunFolder | string,
  ...given: [options?: ReportOptions]
): Promise<WrittenReport> {
  const { language = currentLanguage(), data, recipe, onProgress } = readOptions(given);
  requireOneOf('report', 'language', language, languageNames);
  const run = await RunFolder.open(runOrPath);
  const { source, problem, notes } = await sourceOf(run, { data, recipe });
  const found = source.task === null ? null : await findInData(source.task, onProgress);
  return { path: await writeAll(run, { ...source, found }, language), problem, notes };
}

async function sourceOf(
  run: RunFolder,
  where: Pick<ReportOptions, 'data' | 'recipe'>,
): Promise<Omit<WrittenReport, 'path'> & { readonly source: ReportSource }> {
  try {
    const how = { ...where, batchSize: 64, onError: 'skip' } as const;
    const { source, evaluation } = await measureRun(run, how);
    return { source, problem: null, notes: evaluation.notes };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const best = (await readRunSummary(run))?.best?.epoch ?? null;
    const outcome = { best, test: null, confusion: null, predictions: null };
    const nothing = { set: null, trained: null, task: null, found: null };
    return { source: { outcome, split: 'test', ...nothing }, problem: error.message, notes: [] };
  }
}
