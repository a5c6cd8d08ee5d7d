import { basename } from 'node:path';
import { classReport } from '../../metrics/class-report.js';
import { ConfusionMatrix } from '../../metrics/confusion-matrix.js';
import { findAgain } from '../../recipes/index.js';
import type { Task } from '../../recipes/recipe.js';
import type { SettingsLayer } from '../../recipes/settings/schema.js';
import { type Language, languages } from '../../report/language/words.js';
import { reportPage } from '../../report/page/page.js';
import type { FoundInData, ReportScores, RunReport } from '../../report/page/run-report.js';
import { judge } from '../../train/judge.js';
import { readModelCard } from '../model-card.js';
import { type Outcome, readRecord } from '../pictures/run-record.js';
import type { ShownSet } from '../pictures/shown-set.js';
import { type RunConfig, readRunConfig, readRunData } from '../run-config.js';
import type { RunFolder } from '../run-folder.js';
import { readRunSummary } from '../run-summary.js';
import type { TrainedModel } from '../trained-model.js';
import { splitCounts } from './data-findings.js';
import { settingsDifferences } from './settings-differences.js';
import { shownPictures } from './shown-answers.js';

/** What a report is made of beside the run's files. What is null is left out. */
export interface ReportSource {
  readonly outcome: Outcome;
  /** What the outcome was measured on. */
  readonly split: 'val' | 'test';
  /** The same set's pictures. */
  readonly set: ShownSet | null;
  readonly trained: TrainedModel | null;
  readonly task: Task | null;
  readonly found: FoundInData | null;
}

/** Writes `report.html` into a run. Returns its path. */
export async function writeReport(
  run: RunFolder,
  source: ReportSource,
  language: Language,
): Promise<string> {
  const { outcome, split, set, trained, task, found } = source;
  const card = await readModelCard(run);
  const config = await readRunConfig(run);
  const record = await readRecord(run, card.classes, outcome);
  const summary = await readRunSummary(run);
  const { predictions, confusion } = outcome;
  const pictures =
    set === null || predictions === null
      ? { answers: [], topLosses: [], reasons: [] }
      : await shownPictures(set, predictions, trained);
  const { settings } = config;
  const report: RunReport = {
    ...pictures,
    record,
    split,
    scores: confusion && scoresOf(confusion),
    model: {
      name: card.architecture.name,
      pretrained: pretrainedOf(config),
      inputShape: card.inputShape,
      parameters: trained?.model.parameters().reduce((sum, p) => sum + p.numel(), 0) ?? null,
    },
    ended: {
      epochs: record.curves.points.length,
      wanted: Number(settings.epochs),
      durationMs: summary?.durationMs ?? null,
      failed: summary?.failed ?? null,
      stopped: summary === null || summary.interrupted,
    },
    recipe: recipeName(config),
    settings: settingsDifferences(config, task?.defaults ?? (await defaultsOf(run))),
    splits: task === null ? recordedSplits(config) : splitCounts(task),
    found,
    findings: confusion === null ? [] : judge(ConfusionMatrix.of(confusion), card.classes),
    notes: summary?.notes ?? [],
    environment: environmentOf(config),
    path: run.path,
  };
  await run.writeFile('report.html', reportPage(report, languages[language]));
  return run.file('report.html');
}

/** What the run's recipe has by default; nothing where that is not there any more. */
async function defaultsOf(run: RunFolder): Promise<SettingsLayer> {
  const found = await findAgain(run.path, await readRunData(run)).catch(() => null);
  return found?.defaults ?? {};
}

function scoresOf(counts: readonly (readonly number[])[]): ReportScores {
  const confusion = ConfusionMatrix.of(counts);
  const { accuracy, balancedAccuracy, macro } = classReport(confusion);
  return { samples: confusion.samples(), accuracy, balancedAccuracy, macroF1: macro.f1 };
}

function pretrainedOf({ settings }: RunConfig): string | null {
  const { pretrained } = (settings.model ?? {}) as { readonly pretrained?: unknown };
  return typeof pretrained === 'string' ? pretrained : null;
}

/** The recipe, or the folder that was trained on. */
function recipeName({ recipe, settings }: RunConfig): string {
  const { path } = (settings.data ?? {}) as { readonly path?: unknown };
  return recipe === 'folder' && typeof path === 'string' ? basename(path) : recipe;
}

/** How many pictures there were, where they cannot be looked at any more. */
function recordedSplits({ data }: RunConfig): RunReport['splits'] {
  return ['train', 'val', 'test'].flatMap((name) => {
    const samples = data[name];
    return typeof samples === 'number' ? [{ name, samples, counts: null }] : [];
  });
}

function environmentOf({ wick, node, engine, started }: RunConfig): RunReport['environment'] {
  return [
    { of: 'wick', value: wick },
    { of: 'node', value: node },
    { of: 'engine', value: engine.engine },
    { of: 'threads', value: String(engine.threads) },
    ...(started === undefined ? [] : [{ of: 'started', value: started } as const]),
  ];
}
