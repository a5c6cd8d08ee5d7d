import type { RunFolder } from '../io/run-folder.js';
import { saveSafetensors } from '../io/safetensors.js';
import type { Module } from '../nn/module.js';
import type { Callback, EpochEvent, FitSummary, StepEvent } from './metrics.js';

/** Draws the curves of a run; given from above, so that training does not depend on charts. */
export type DrawCurves = (epochs: readonly EpochEvent[], title: string) => string;

/** Writes a run folder while training goes on: logs, checkpoints, curves, summary. */
export class RunRecorder implements Callback {
  private readonly epochs: EpochEvent[] = [];
  private steps: object[] = [];

  constructor(
    private readonly run: RunFolder,
    private readonly model: Module,
    private readonly drawCurves: DrawCurves,
  ) {}

  onStep({ epoch, globalStep, loss, lr, samples }: StepEvent): void {
    this.steps.push({ step: globalStep, epoch, loss, lr, samples });
  }

  async onEpoch(event: EpochEvent): Promise<void> {
    const { run } = this;
    this.epochs.push(event);
    await run.append('steps.jsonl', this.steps);
    this.steps = [];
    const { epoch, lr, train, test, imagesPerSecond, durationMs, waitShare } = event;
    await run.append('metrics.jsonl', [
      { epoch, split: 'train', ...train, lr, imagesPerSecond, durationMs, waitShare },
      { epoch, split: 'test', ...test },
    ]);
    const weights = this.model.stateDict();
    const facts = { epoch: String(epoch), test_accuracy: String(test.accuracy) };
    await saveSafetensors(run.checkpoint('last'), weights, facts);
    if (event.best) await saveSafetensors(run.checkpoint('best'), weights, facts);
    await run.writeText('curves.svg', this.drawCurves(this.epochs, run.name));
  }

  async onEnd({ best, last, ...summary }: FitSummary): Promise<void> {
    await this.run.append('steps.jsonl', this.steps);
    await this.run.write('summary.json', {
      ...summary,
      best: { epoch: best.epoch, ...best.test },
      last: { epoch: last.epoch, ...last.test },
    });
  }
}
