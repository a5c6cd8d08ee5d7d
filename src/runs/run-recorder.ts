import { optionReader } from '../core/options.js';
import type { Module } from '../nn/module.js';
import { curvesSvg } from '../report/curves.js';
import type { Callback } from '../train/callback.js';
import type { EpochEvent, FitSummary, HeldOutScores, Scores, StepEvent } from '../train/metrics.js';
import type { Checkpoint, RunFolder } from './run-folder.js';
import type { LogLine } from './run-log.js';

/** What is kept of an epoch until the end. */
export interface EpochPoint extends Pick<EpochEvent, 'epoch' | 'train' | 'split'> {
  readonly heldOut: Scores;
}

export interface RunRecorderOptions {
  /** Told when a picture could not be written, which ends nothing. */
  readonly onNote?: (text: string) => void;
}

const readOptions = optionReader<RunRecorderOptions>('RunRecorder', { onNote: true });

/**
 * Writes a run folder while training goes on: checkpoints, logs, curves, summary. Weights come first: what is there when
 * a later file cannot be written, or the process ends, is the most that could be kept.
 */
export class RunRecorder implements Callback {
  private readonly epochs: EpochPoint[] = [];
  private steps: LogLine<'steps.jsonl'>[] = [];
  /** Steps that the weights in the folder have not seen. */
  private unsaved = 0;
  private readonly options: RunRecorderOptions;

  constructor(
    private readonly run: RunFolder,
    private readonly model: Module,
    ...given: [options?: RunRecorderOptions]
  ) {
    this.options = readOptions(given);
  }

  onStep({ epoch, globalStep, loss, lr, samples }: StepEvent): void {
    this.steps.push({ step: globalStep, epoch, loss, lr, samples });
    this.unsaved++;
  }

  async onEpoch(event: EpochEvent): Promise<void> {
    const { run } = this;
    const { epoch, lr, train, split, heldOut, imagesPerSecond, durationMs, waitShare } = event;
    const { loss, accuracy } = heldOut;
    this.epochs.push({ epoch, train, split, heldOut: { loss, accuracy } });
    await this.save(event.best ? ['best', 'last'] : ['last'], {
      epoch: String(epoch),
      [`${split}_accuracy`]: String(heldOut.accuracy),
    });
    await this.flushSteps();
    await run.append('metrics.jsonl', [
      { epoch, split: 'train', ...train, lr, imagesPerSecond, durationMs, waitShare },
      { epoch, split, ...numbersOf(heldOut) },
    ]);
    await this.draw();
  }

  async onEnd(summary: FitSummary): Promise<void> {
    // Stopped within an epoch: its steps so far are not thrown away.
    if (this.unsaved > 0)
      await this.save(['last'], {
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

  private async save(
    names: readonly Checkpoint[],
    facts: Readonly<Record<string, string>>,
  ): Promise<void> {
    await this.run.saveWeights(names, this.model.stateDict(), facts);
    this.unsaved = 0;
  }

  private async flushSteps(): Promise<void> {
    await this.run.append('steps.jsonl', this.steps);
    this.steps = [];
  }

  /** A picture that cannot be drawn or written ends no training. */
  private async draw(): Promise<void> {
    try {
      await this.run.writeText('curves.svg', curvesSvg(this.epochs, this.run.name));
    } catch (error) {
      this.options.onNote?.(error instanceof Error ? error.message : String(error));
    }
  }

  private async summarize(summary: FitSummary, more: object): Promise<void> {
    const { best, last, test, ...facts } = summary;
    await this.run.write('summary.json', {
      ...facts,
      best: best && { epoch: best.epoch, split: best.split, ...numbersOf(best.heldOut) },
      last: last && { epoch: last.epoch, split: last.split, ...numbersOf(last.heldOut) },
      test: test && numbersOf(test),
      ...more,
    });
  }
}

/** The scores that are numbers. */
function numbersOf({ loss, accuracy, balancedAccuracy }: HeldOutScores) {
  return { loss, accuracy, balancedAccuracy };
}
