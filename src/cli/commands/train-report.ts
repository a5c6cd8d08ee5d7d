/** What `wick train` says: before, while and after it trains, for people or as JSON. */

import { existsSync } from 'node:fs';
import { counted } from '../../core/counted.js';
import { shellWord } from '../../core/shell-word.js';
import { withoutRemedy } from '../../core/without-remedy.js';
import { engineReport } from '../../engine/select.js';
import type { Task } from '../../recipes/recipe.js';
import type { Settings } from '../../recipes/settings/schema.js';
import type { RunFolder } from '../../runs/run-folder.js';
import type { TrainOutcome } from '../../runs/train-task.js';
import type { Callback } from '../../train/callback.js';
import { percent } from '../../train/epoch-line.js';
import type { EpochEvent, FitSummary, HeldOutScores } from '../../train/metrics.js';
import { formatDuration } from '../../train/progress.js';
import { type Interruption, isOutputLost } from '../interrupts.js';
import { formatTable, printAside, printJson, printLine, wrapped } from '../output.js';
import { accuracyOf } from '../scores.js';
import { introduce, offerFor } from '../train-start.js';
import { WrappedProgress } from '../wrapped-progress.js';

/** What is left of a training that failed; null where nothing is. */
export interface Kept {
  readonly weights: boolean;
  /** Whether it can go on. */
  readonly state: boolean;
}

/** How a training is told. */
interface Report {
  readonly callback: Callback;
  start(settings: Settings): void;
  end(outcome: TrainOutcome, interruption: Interruption | null): void;
  /** It ended with an error, which has been told. What is left of it. */
  failed(kept: Kept | null): void;
}

/** One object per event. */
export class JsonReport implements Report {
  readonly callback: Callback = {
    onEpoch: ({ split, heldOut, ...event }) =>
      printJson({ event: 'epoch', ...event, [split]: numbersOf(heldOut) }),
    onNote: (text) => printJson({ event: 'note', text }),
  };

  constructor(
    private readonly task: Task,
    private readonly run: RunFolder,
  ) {}

  start(settings: Settings): void {
    const { engine, threads, adapter, problem } = engineReport();
    const { recipe, architecture, weights, inputShape, classes, notes } = this.task;
    const facts = {
      recipe,
      model: architecture.name,
      weights,
      inputShape,
      classes: classes.length,
      notes,
    };
    const engineFacts = { engine, threads, adapter, problem };
    printJson({ event: 'start', run: this.run.path, ...facts, settings, ...engineFacts });
  }

  end({ summary, findings, skipped, kept }: TrainOutcome, interruption: Interruption | null): void {
    const { best, last, test, ...facts } = summary;
    printJson({
      event: 'end',
      run: this.run.path,
      ...(!kept && { removed: true }),
      ...facts,
      ...(interruption && { cause: interruption.cause }),
      best: best && epochOf(best),
      last: last && epochOf(last),
      test: test && numbersOf(test),
      findings,
      skipped,
    });
  }

  failed(): void {}
}

/** Lines for people, of at most 80 columns. */
export class TextReport implements Report {
  readonly callback: Callback;

  constructor(
    private readonly task: Task,
    private readonly settings: Settings,
    private readonly run: RunFolder,
    everyBatches = 0,
  ) {
    this.callback = new WrappedProgress({ epochs: settings.epochs, everyBatches });
  }

  start(): void {
    introduce(this.task, this.settings);
  }

  end(outcome: TrainOutcome, interruption: Interruption | null): void {
    const { kept } = outcome;
    const print = isOutputLost() ? printAside : printLine;
    const tell = (text: string) => {
      for (const line of wrapped(text, 2)) print(line);
    };
    if (interruption !== null) this.endStopped(outcome.summary, interruption, kept, tell);
    else this.endDone(outcome, tell);
    for (const { message } of first(outcome.skipped, 'file was', 'files were', tell))
      tell(`  ${withoutRemedy(message)}`);
    if (!kept) return;
    tell('');
    tell(`The run is in ${this.run.path}. Next:`);
    const path = shellWord(this.run.path);
    const page = this.run.file('report.html');
    const next = [
      [`npx wick evaluate ${path}`, 'accuracy on the test set, class by class'],
      [`npx wick predict ${path} IMAGE…`, 'what is in a picture'],
      [`npx wick summary ${path}`, 'the network, layer by layer'],
      [existsSync(page) ? page : `npx wick report ${path}`, 'all of it on a page, with pictures'],
    ];
    for (const line of formatTable(next, 2)) print(`  ${line}`);
  }

  failed(kept: Kept | null): void {
    const { path } = this.run;
    printAside(
      kept === null
        ? `Nothing is kept of this run: what it had written to ${path} is removed.`
        : `The run so far is in ${path}${kept.weights ? ', with the weights that were saved last' : ''}.`,
    );
    if (kept?.state) printAside(`To go on: ${resumeCommand(path)}`);
  }

  private endDone({ summary, findings }: TrainOutcome, tell: (text: string) => void): void {
    const { best, test, durationMs, waitShare } = summary;
    if (best === null) return;
    const measured = best.split === 'val' && test !== null ? `, test ${accuracyOf(test)}` : '';
    tell(
      `Done in ${formatDuration(durationMs)}: best ${best.split} ${accuracyOf(best.heldOut)} ` +
        `(epoch ${best.epoch})${measured}, ${Math.round(best.imagesPerSecond)} images/s`,
    );
    tell(`Steps waited for data ${percent(waitShare)} of the training time.`);
    if (best.split === 'test')
      tell('The best epoch was chosen by the test set: new images may do a little worse.');
    for (const finding of findings) tell(`warning: ${finding}`);
    const offer = offerFor(this.task, this.settings);
    if (findings.length > 0 && offer !== null) tell(`Try again: ${offer}`);
  }

  private endStopped(
    { epochs, steps, best }: FitSummary,
    { cause }: Interruption,
    kept: boolean,
    tell: (text: string) => void,
  ): void {
    const { path } = this.run;
    const where = `in epoch ${epochs + 1} of ${this.settings.epochs}, after ${counted(steps, 'step')}`;
    tell(`Stopped ${where} (${cause}).`);
    if (!kept) {
      tell(`Nothing was learned yet: what was written to ${path} is removed.`);
      return;
    }
    tell(`To go on where it stopped: ${resumeCommand(path)}`);
    tell(`The weights as they are now are in ${path}/checkpoints/last.safetensors.`);
    if (best !== null)
      tell(
        `The best so far, with ${best.split} ${accuracyOf(best.heldOut)} (epoch ${best.epoch}), ` +
          `are in best.safetensors beside them.`,
      );
  }
}

function resumeCommand(path: string): string {
  return `npx wick train --resume ${shellWord(path)}`;
}

/** Numbers of a list that are shown. */
const shown = 20;

/** The first of a list that is told with its length; nothing of an empty one. */
function first<T>(
  list: readonly T[],
  one: string,
  many: string,
  tell: (text: string) => void,
): readonly T[] {
  if (list.length > 0) tell(`${counted(list.length, one, many)} left out:`);
  return list.slice(0, shown);
}

function numbersOf({ loss, accuracy, balancedAccuracy }: HeldOutScores) {
  return { loss, accuracy, balancedAccuracy };
}

function epochOf({ split, heldOut, ...event }: EpochEvent) {
  return { ...event, [split]: numbersOf(heldOut) };
}
