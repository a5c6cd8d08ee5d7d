/** What `wick tune` says: a line for each trial, and in the end the best of them. */

import { counted } from '../core/counted.js';
import { shellWord } from '../core/shell-word.js';
import { valueText } from '../recipes/settings/value-text.js';
import type { Tuning } from '../runs/tune/go-on.js';
import { ranking } from '../runs/tune/plan.js';
import type { Values } from '../runs/tune/space.js';
import { type StudyDefinition, searchName } from '../runs/tune/study-definition.js';
import type { TrialRecord } from '../runs/tune/trial-record.js';
import { formatLoss, percent } from '../train/epoch-line.js';
import { formatTable, printJson, printLine, wrapped } from './output.js';
import { StatusLine } from './status-line.js';
import { textWidth } from './text-width.js';

const lineWidth = 80;

/** Trials of the table at the end. */
const shown = 10;

/** How a study is told. */
export interface TuneReport {
  start(path: string, definition: StudyDefinition, records: readonly TrialRecord[]): void;
  record(record: TrialRecord, records: readonly TrialRecord[]): void;
  epoch(trial: number, seed: number, epoch: number, value: number): void;
  end(tuning: Tuning): void;
}

/** One object per event. */
export class JsonTuneReport implements TuneReport {
  start(study: string, definition: StudyDefinition, records: readonly TrialRecord[]): void {
    printJson({ event: 'start', study, ...definition, ended: records.length });
  }

  record(record: TrialRecord): void {
    printJson({ event: 'trial', ...record });
  }

  epoch(trial: number, seed: number, epoch: number, value: number): void {
    printJson({ event: 'epoch', trial, seed, epoch, value });
  }

  end({ path, best, ranked, test, importances, stopped, config }: Tuning): void {
    const rest = { test, importances, stopped, config };
    printJson({ event: 'end', study: path, trials: ranked.length, best, ...rest });
  }
}

/** Lines for people, of at most 80 columns. */
export class TextTuneReport implements TuneReport {
  private definition: StudyDefinition | null = null;
  private readonly status = new StatusLine();

  start(path: string, definition: StudyDefinition, records: readonly TrialRecord[]): void {
    this.definition = definition;
    const { data, search, grid, trials, seeds, halving, epochs, engine, metric } = definition;
    const keys = [...Object.keys(search), ...Object.keys(grid)];
    const of = seeds === 1 ? '' : ` of ${seeds} seeds`;
    tell(
      `${data}: ${counted(trials, 'trial')}${of} by ${searchName(definition)} over ${keys.join(', ')}; ` +
        `${counted(epochs, 'epoch')}${halving === null ? '' : `, halving by ${halving.reduction} from ${halving.minEpochs} on`}; ` +
        `engine ${engine.engine}, ${counted(engine.threads, 'thread')} each`,
    );
    tell(`Trials are compared by validation ${metric}. The study is in ${path}.`);
    const ended = new Set(records.map(({ trial }) => trial)).size;
    if (ended > 0) tell(`It goes on: ${ended} of ${trials} trials have ended.`);
  }

  record(record: TrialRecord, records: readonly TrialRecord[]): void {
    this.status.clear();
    const { trial, epochs, value, failed, values } = record;
    const rung = this.definition?.halving == null ? '' : ` after ${counted(epochs, 'epoch')}`;
    const result =
      value === null
        ? `failed (${failed})`
        : `${this.score(record)}${rung}${isBest(record, records, this.definition?.metric === 'loss') ? ', the best so far' : ''}`;
    tell(`trial ${trial}: ${result}; ${valuesText(values)}`);
  }

  epoch(trial: number, seed: number, epoch: number, value: number): void {
    const of = this.definition?.seeds === 1 ? '' : `, seed ${seed + 1}`;
    this.status.show(`trial ${trial}${of}: epoch ${epoch}, ${this.number(value)}`);
  }

  end(tuning: Tuning): void {
    this.status.clear();
    const { path, ranked, best, test, importances, stopped, config } = tuning;
    printLine();
    const failed = ranked.filter(({ value }) => value === null).length;
    const { trials, budget } = tuning.definition;
    if (stopped !== null)
      tell(
        `${stopped === 'signal' ? 'Stopped' : 'Its time is over'}: ${ranked.length} of ${trials} trials have ended.`,
      );
    if (best === null || config === null) {
      tell(failed > 0 ? `All ${failed} trials failed.` : 'No trial has ended yet.');
    } else {
      for (const line of this.table(ranked.filter(({ value }) => value !== null).slice(0, shown)))
        printLine(line);
      printLine();
      const measured =
        test === null
          ? ''
          : `; on the test set, by which nothing was chosen, accuracy ${percent(test.mean)}${test.std === null ? '' : ` ± ${(100 * test.std).toFixed(2)}`}`;
      tell(`Best: trial ${best.trial}, validation ${this.score(best)}${measured}.`);
      if (importances.length > 0)
        tell(
          `What mattered: ${importances.map(({ key, share }) => `${key} ${percent(share)}`).join(', ')}.`,
        );
      if (failed > 0) tell(`${failed} failed; trials.jsonl says why.`);
    }
    printLine();
    const next = [
      ...(config === null
        ? []
        : [
            [`npx wick train --config ${shellWord(config)}`, 'train with the best settings'],
            [`${path}/report.html`, 'all trials on a page'],
          ]),
      ...(stopped === null
        ? []
        : [
            [
              `npx wick tune --resume ${shellWord(path)}${stopped === 'budget' ? ` --budget ${2 * (budget ?? 0)}s` : ''}`,
              'go on',
            ],
          ]),
    ];
    for (const line of formatTable(next, 2)) printLine(`  ${line}`);
  }

  private table(ranked: readonly TrialRecord[]): string[] {
    const keys = [...new Set(ranked.flatMap(({ values }) => Object.keys(values)))];
    const halved = this.definition?.halving != null;
    const rows = ranked.map(({ trial, epochs, values, ...record }) => [
      String(trial),
      this.score({ ...record }),
      ...(halved ? [String(epochs)] : []),
      ...keys.map((key) => valueText(values[key])),
    ]);
    const head = ['trial', this.definition?.metric ?? '', ...(halved ? ['epochs'] : []), ...keys];
    const table = formatTable([head, ...rows], 0);
    if (table.every((line) => textWidth(line) <= lineWidth)) return table;
    return ranked.flatMap((record) =>
      wrapped(`${record.trial}: ${this.score(record)}; ${valuesText(record.values)}`, 4),
    );
  }

  private score({ value, std }: Pick<TrialRecord, 'value' | 'std'>): string {
    if (value === null) return 'failed';
    if (std === null) return this.number(value);
    const share = this.definition?.metric !== 'loss';
    return `${this.number(value)} ± ${share ? (100 * std).toFixed(2) : formatLoss(std)}`;
  }

  private number(value: number): string {
    return this.definition?.metric === 'loss' ? formatLoss(value) : percent(value);
  }
}

/** Whether a trial leads those that have come as far; of equals the first does, as in the end. */
export function isBest(
  record: TrialRecord,
  records: readonly TrialRecord[],
  minimize: boolean,
): boolean {
  const equals = records.filter(({ epochs }) => epochs === record.epochs);
  return ranking(equals, minimize)[0] === record;
}

/** `optimizer.lr 0.001, batchSize 32` */
function valuesText(values: Values): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${valueText(value)}`)
    .join(', ');
}

function tell(text: string): void {
  for (const line of wrapped(text, 2)) printLine(line);
}
