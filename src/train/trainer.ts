/**
 * The training loop that anybody could have written, on public API only: epochs, modes, a step that is compiled, scores
 * weighted by samples, a schedule. What is shown and stored is the callbacks' matter (`progress.ts`, `run-recorder.ts`).
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { compile } from '../compile/compile.js';
import { ValueError } from '../core/errors.js';
import type { Precision } from '../engine/precision.js';
import { crossEntropy } from '../nn/functional.js';
import type { Module } from '../nn/module.js';
import { clipGradNorm } from '../optim/clip-grad.js';
import type { Optimizer } from '../optim/optimizer.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import {
  type Callback,
  type EpochEvent,
  type FitSummary,
  RunningScores,
  type Scores,
} from './metrics.js';

/** Batches of images `[N, C, H, W]` and labels `[N]`, as a `DataLoader` gives them. */
export interface Batches extends AsyncIterable<readonly [Tensor, Tensor]> {
  readonly length: number;
}

/** What changes the learning rate: any scheduler of `optim.lrScheduler`. */
export interface Schedule {
  step(metric?: number): void;
}

export interface TrainerOptions {
  readonly model: Module;
  readonly optimizer: Optimizer;
  readonly trainLoader: Batches;
  readonly testLoader: Batches;
  readonly epochs: number;
  /** `(logits [N, K], labels [N]) → scalar`. @default functional.crossEntropy */
  readonly loss?: (logits: Tensor, labels: Tensor) => Tensor;
  readonly scheduler?: Schedule;
  /** When the scheduler steps: after each epoch (with the test loss, which only ReduceLROnPlateau reads) or each step. @default 'epoch' */
  readonly schedulePer?: 'epoch' | 'step';
  /** Scale gradients down to this total norm where they exceed it. */
  readonly clipGradNorm?: number;
  /** Record the steps once and replay them. @default true */
  readonly compile?: boolean;
  /** In which the compiled steps compute; see `compile`. @default 'float32' */
  readonly precision?: Precision;
  readonly callbacks?: readonly Callback[];
  /** Stops training after the current step when aborted. */
  readonly signal?: AbortSignal;
}

/** What a step gives back. */
interface StepTensors extends Record<string, Tensor> {
  loss: Tensor;
  correct: Tensor;
}

type Step = (images: Tensor, labels: Tensor) => StepTensors;

/** How long steps may run before timers, signals and workers get a turn. */
const turnMs = 30;

/**
 * Trains a classifier.
 *
 * @example
 * const trainer = new Trainer({ model, optimizer, trainLoader, testLoader, epochs: 5, callbacks: [new Progress({ epochs: 5 })] });
 * const { best } = await trainer.fit();
 */
export class Trainer {
  private readonly trainStep: Step;
  private readonly testStep: Step;
  private globalStep = 0;
  private turnAt = 0;
  /** Over all epochs: time that training took, and the part of it that steps waited for data. */
  private trainMs = 0;
  private waitMs = 0;

  constructor(private readonly options: TrainerOptions) {
    const { model, optimizer, loss = crossEntropy, epochs, precision = 'float32' } = options;
    if (!Number.isInteger(epochs) || epochs < 1)
      throw new ValueError('Trainer', `epochs=${epochs} must be a whole number ≥ 1`);
    if (options.compile === false && precision !== 'float32')
      throw new ValueError(
        'Trainer',
        `precision '${precision}' is given with compile: false, but only compiled steps have it; leave one of them out`,
      );
    const scored = (images: Tensor, labels: Tensor): StepTensors => {
      const logits = model(images);
      return { loss: loss(logits, labels), correct: logits.argmax(1).eq(labels).sum() };
    };
    const train: Step = (images, labels) => {
      optimizer.zeroGrad();
      const scores = scored(images, labels);
      scores.loss.backward();
      if (options.clipGradNorm !== undefined)
        clipGradNorm(model.parameters(), options.clipGradNorm);
      optimizer.step();
      return scores;
    };
    const test: Step = (images, labels) => noGrad(() => scored(images, labels));
    const ready = (step: Step) => (options.compile === false ? step : compile(step, { precision }));
    this.trainStep = ready(train);
    this.testStep = ready(test);
  }

  /** Runs all epochs. @throws ValueError when the loss is no longer a number */
  async fit(): Promise<FitSummary> {
    const { epochs, callbacks = [] } = this.options;
    const start = performance.now();
    let best: EpochEvent | undefined;
    let last: EpochEvent | undefined;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const event = await this.epoch(epoch, best?.test.accuracy ?? -1);
      if (event === undefined) break;
      last = event;
      if (event.best) best = event;
      for (const callback of callbacks) await callback.onEpoch?.(event);
      if (this.stopped) break;
    }
    if (last === undefined || best === undefined)
      throw new ValueError('Trainer', 'training was stopped before the first epoch ended');
    const summary: FitSummary = {
      epochs: last.epoch,
      steps: this.globalStep,
      last,
      best,
      durationMs: performance.now() - start,
      waitShare: this.waitMs / this.trainMs,
      interrupted: this.stopped,
    };
    for (const callback of callbacks) await callback.onEnd?.(summary);
    return summary;
  }

  /** Loss and accuracy of the model on all batches of a loader, in evaluation mode. */
  async evaluate(loader: Batches): Promise<Scores> {
    const { model } = this.options;
    model.eval();
    const scores = new RunningScores();
    for await (const [images, labels] of loader) {
      const { loss, correct } = this.testStep(images, labels);
      scores.update(loss.item(), correct.item(), images.size(0));
      await this.yieldTurn();
    }
    return scores.compute();
  }

  private get stopped(): boolean {
    return this.options.signal?.aborted === true;
  }

  /** One epoch with its evaluation; undefined when it was stopped midway. */
  private async epoch(epoch: number, bestSoFar: number): Promise<EpochEvent | undefined> {
    const { model, optimizer, trainLoader, testLoader, scheduler, schedulePer } = this.options;
    model.train();
    const scores = new RunningScores();
    const start = performance.now();
    let waitMs = 0;
    let asked = start;
    let step = 0;
    let lr = optimizer.lr;
    for await (const [images, labels] of trainLoader) {
      waitMs += performance.now() - asked;
      lr = optimizer.lr;
      const { loss, correct } = this.trainStep(images, labels);
      this.report(epoch, ++step, loss.item(), correct.item(), images.size(0), lr, scores);
      if (schedulePer === 'step') scheduler?.step();
      await this.yieldTurn();
      if (this.stopped) return undefined;
      asked = performance.now();
    }
    if (step === 0)
      throw new ValueError('Trainer', 'the training loader gave no batch; is the data set empty?');
    const trainMs = performance.now() - start;
    this.trainMs += trainMs;
    this.waitMs += waitMs;
    const test = await this.evaluate(testLoader);
    if (schedulePer !== 'step') scheduler?.step(test.loss);
    return {
      epoch,
      epochs: this.options.epochs,
      train: scores.compute(),
      test,
      lr,
      imagesPerSecond: (1000 * scores.count) / trainMs,
      durationMs: performance.now() - start,
      waitShare: waitMs / trainMs,
      best: test.accuracy > bestSoFar,
    };
  }

  private report(
    epoch: number,
    step: number,
    loss: number,
    correct: number,
    samples: number,
    lr: number,
    scores: RunningScores,
  ): void {
    if (!Number.isFinite(loss))
      throw new ValueError(
        'Trainer',
        `the loss is ${loss} at epoch ${epoch}, step ${step} (lr ${lr}); lower the learning rate, or clip gradients`,
      );
    scores.update(loss, correct, samples);
    const event = {
      epoch,
      step,
      stepsPerEpoch: this.options.trainLoader.length,
      globalStep: ++this.globalStep,
      loss,
      lr,
      samples,
      running: scores.compute(),
    };
    for (const callback of this.options.callbacks ?? []) callback.onStep?.(event);
  }

  /** Steps are synchronous; this lets timers, signals and workers have their turn between them. */
  private async yieldTurn(): Promise<void> {
    const now = performance.now();
    if (now - this.turnAt < turnMs) return;
    await nextTurn();
    this.turnAt = performance.now();
  }
}
