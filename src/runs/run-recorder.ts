import { optionReader } from '../core/options.js';
import { Accuracy } from '../metrics/accuracy.js';
import type { StateDict } from '../nn/module.js';
import type { Callback, Training } from '../train/callback.js';
import type {
  EpochEvent,
  FitSummary,
  HeldOutScores,
  MeasureEvent,
  StepEvent,
} from '../train/metrics.js';
import type { CallbackState } from '../train/trainer-state.js';
import { type ResultsRow, resultsCsv, resultsRows } from './results-csv.js';
import type { RunFolder } from './run-folder.js';
import type { LogLine } from './run-log.js';

export interface RunRecorderOptions {
  /** The network's weights by those of what is trained, where that is a part of it. @default the same */
  readonly wholeState?: (trained: StateDict) => StateDict;
  /** Called when the training has taken its checkpoint over: only then is what it goes on with true of the folder. */
  readonly onResume?: () => Promise<void>;
}

const readOptions = optionReader<RunRecorderOptions>('RunRecorder', {
  wholeState: true,
  onResume: true,
});

/** What is kept in a checkpoint. */
interface Recorded {
  /** Of the best weights. */
  readonly best: Facts | null;
  /** What people were told. */
  readonly notes?: readonly string[];
  /** `RunFolder.logSizes()` */
  readonly logs: readonly number[];
}

/** How old a step may be that is not in the log yet, so that others can follow a long epoch. */
const flushMs = 1000;

/** Of fewer classes most are among the best five. */
const fewestForTop5 = 10;

type Facts = Readonly<Record<string, string>>;

/**
 * Writes a run folder while training goes on: checkpoints, logs, summary. Weights come first: what is there when
 * a later file cannot be written, or the process ends, is the most that could be kept.
 */
export class RunRecorder implements Callback {
  readonly stateKey = 'RunRecorder';
  private best: Facts | null = null;
  private rows: ResultsRow[] = [];
  private notes: string[] = [];
  private top5: Accuracy | null = null;
  private steps: LogLine<'steps.jsonl'>[] = [];
  private flushedAt = performance.now();
  /** Steps that the weights in the folder have not seen. */
  private unsaved = 0;
  private training: Training | null = null;

  private readonly options: RunRecorderOptions;

  constructor(
    private readonly run: RunFolder,
    ...given: [options?: RunRecorderOptions]
  ) {
    this.options = readOptions(given);
  }

  onFitStart(training: Training): void {
    this.training = training;
  }

  onMeasure({ batch, logits, labels }: MeasureEvent): void {
    if (batch === 1) this.top5 = logits.size(1) < fewestForTop5 ? null : new Accuracy({ topK: 5 });
    this.top5?.update(logits, labels);
  }

  async onStep({ epoch, globalStep, loss, lr, samples }: StepEvent): Promise<void> {
    this.steps.push({ step: globalStep, epoch, loss, lr, samples });
    this.unsaved++;
    if (performance.now() - this.flushedAt >= flushMs) await this.flushSteps();
  }

  async onEpoch(event: EpochEvent): Promise<void> {
    const { run } = this;
    const { epoch, lr, train, split, heldOut, imagesPerSecond, durationMs, waitShare } = event;
    const { accuracy } = heldOut;
    const facts = { epoch: String(epoch), [`${split}_accuracy`]: String(accuracy) };
    if (event.best) {
      this.best = facts;
      await this.saveBest();
    }
    await this.saveLast(facts);
    await this.flushSteps();
    const row = {
      train: { epoch, split: 'train', ...train, lr },
      heldOut: {
        epoch,
        split,
        ...numbersOf(heldOut),
        ...(this.top5 && { top5: this.top5.compute() }),
      },
      durationMs,
    } as const;
    await run.append('metrics.jsonl', [row.train, row.heldOut]);
    await run.append('times.jsonl', [{ epoch, imagesPerSecond, durationMs, waitShare }]);
    this.rows.push(row);
    await run.writeFile('results.csv', resultsCsv(this.rows));
  }

  onNote(text: string): void {
    this.notes.push(text);
  }

  async onEnd(summary: FitSummary): Promise<void> {
    // Stopped within an epoch: its steps so far are not thrown away.
    if (this.unsaved > 0)
      await this.saveLast({
        epoch: String(summary.epochs),
        steps_of_next_epoch: String(this.unsaved),
      });
    await this.flushSteps();
    await this.summarize(summary, {});
  }

  async onFail(error: unknown, summary: FitSummary): Promise<void> {
    if (!(await this.run.hasWeights())) return;
    const message = error instanceof Error ? error.message : String(error);
    try {
      await this.flushSteps();
      await this.summarize(summary, { failed: message });
    } catch {
      // What made the training fail may keep this from being written too, and is told by whoever catches it.
    }
  }

  /** What the logs have by then is part of the state: a resume cuts off what came after. */
  async stateDict(): Promise<CallbackState> {
    await this.flushSteps();
    const { best, notes } = this;
    return { data: { best, notes, logs: await this.run.logSizes() } satisfies Recorded };
  }

  async loadStateDict({ data }: CallbackState): Promise<void> {
    const { best, logs, notes = [] } = data as Recorded; // as `stateDict` wrote it
    const { run } = this;
    await run.cutLogs(logs);
    this.rows = resultsRows(await run.readLog('metrics.jsonl'), await run.readLog('times.jsonl'));
    this.notes = [...notes];
    this.best = best;
    this.steps = [];
    await this.options.onResume?.();
    await this.saveBest(); // those in the folder may be of a later epoch
  }

  private wholeState(trained: StateDict): StateDict {
    return this.options.wholeState?.(trained) ?? trained;
  }

  private async saveBest(): Promise<void> {
    const weights = this.training?.bestWeights;
    if (weights != null && this.best !== null)
      await this.run.saveWeights(['best'], this.wholeState(weights), this.best);
  }

  private async saveLast(facts: Facts): Promise<void> {
    if (this.training === null) return;
    await this.run.saveWeights(['last'], this.wholeState(this.training.model.stateDict()), facts);
    this.unsaved = 0;
  }

  private async flushSteps(): Promise<void> {
    this.flushedAt = performance.now();
    await this.run.append('steps.jsonl', this.steps);
    this.steps = [];
  }

  private async summarize(summary: FitSummary, more: object): Promise<void> {
    const { best, last, test, ...facts } = summary;
    await this.run.write('summary.json', {
      ...facts,
      best: best && { epoch: best.epoch, split: best.split, ...numbersOf(best.heldOut) },
      last: last && { epoch: last.epoch, split: last.split, ...numbersOf(last.heldOut) },
      test: test && numbersOf(test),
      notes: this.notes,
      ...more,
    });
  }
}

/** The scores that are numbers. */
function numbersOf({ loss, accuracy, balancedAccuracy }: HeldOutScores) {
  return { loss, accuracy, balancedAccuracy };
}
