/**
 * The training loop that anybody could have written, on public API only: epochs, modes, a step that is compiled, scores
 * weighted by samples, a schedule. What is shown and stored is the callbacks' matter (`progress.ts`, `runs/run-recorder.ts`).
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { compile } from '../compile/compile.js';
import { internalError, ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import type { Precision } from '../engine/precision.js';
import { crossEntropy } from '../nn/functional.js';
import type { Module, StateDict } from '../nn/module.js';
import { clipGradNorm } from '../optim/clip-grad.js';
import type { Optimizer } from '../optim/optimizer.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import { measure } from './measure.js';
import {
  type Callback,
  type EpochEvent,
  type FitSummary,
  type HeldOutScores,
  type HeldOutSplit,
  RunningScores,
} from './metrics.js';
import { requireFiniteLoss, requireFiniteWeights } from './require-finite.js';

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
  /** What the best epoch is chosen by, and the schedule looks at. @default testLoader */
  readonly valLoader?: Batches;
  /** Measured after each epoch; where there is a `valLoader`, once at the end, with the best epoch's weights. */
  readonly testLoader: Batches;
  readonly epochs: number;
  /** `(logits [N, K], labels [N]) → scalar`. @default functional.crossEntropy */
  readonly loss?: (logits: Tensor, labels: Tensor) => Tensor;
  /** The loss of what is not trained on. @default loss */
  readonly heldOutLoss?: (logits: Tensor, labels: Tensor) => Tensor;
  /** Of two epochs, the one with more of this is the better; of equal ones, the one with the lower loss. @default 'accuracy' */
  readonly bestBy?: 'accuracy' | 'balancedAccuracy';
  readonly scheduler?: Schedule;
  /** When the scheduler steps: after each epoch (with the loss of the set that is measured, which only ReduceLROnPlateau reads) or each step. @default 'epoch' */
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

const readOptions = optionReader<TrainerOptions>('Trainer', {
  model: true,
  optimizer: true,
  trainLoader: true,
  valLoader: true,
  testLoader: true,
  epochs: true,
  loss: true,
  heldOutLoss: true,
  bestBy: true,
  scheduler: true,
  schedulePer: true,
  clipGradNorm: true,
  compile: true,
  precision: true,
  callbacks: true,
  signal: true,
});

/** What a training step gives back. */
interface TrainTensors extends Record<string, Tensor> {
  loss: Tensor;
  correct: Tensor;
}

/** What a measuring step gives back. */
interface HeldOutTensors extends Record<string, Tensor> {
  loss: Tensor;
  logits: Tensor;
}

type Step<T> = (images: Tensor, labels: Tensor) => T;

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
  private readonly trainStep: Step<TrainTensors>;
  private readonly heldOutStep: Step<HeldOutTensors>;
  private startedAt = 0;
  private globalStep = 0;
  private turnAt = 0;
  /** Over all epochs: time that training took, and the part of it that steps waited for data. */
  private trainMs = 0;
  private waitMs = 0;
  private last: EpochEvent | null = null;
  private best: EpochEvent | null = null;
  /** The best epoch's weights, where they are wanted again at the end. */
  private bestWeights: StateDict | null = null;
  /** Whether batch norm has refused a batch of one sample. */
  private skipsSingles = false;

  private readonly options: TrainerOptions;

  constructor(...given: [options: TrainerOptions]) {
    const options = readOptions(given);
    this.options = options;
    const { model, optimizer, loss = crossEntropy, heldOutLoss = loss } = options;
    const { epochs, precision = 'float32' } = options;
    if (!Number.isInteger(epochs) || epochs < 1)
      throw new ValueError('Trainer', `epochs=${epochs} must be a whole number ≥ 1`);
    if (options.compile === false && precision !== 'float32')
      throw new ValueError(
        'Trainer',
        `precision '${precision}' is given with compile: false, but only compiled steps have it; leave one of them out`,
      );
    const ready = <T extends Record<string, Tensor>>(step: Step<T>): Step<T> =>
      options.compile === false ? step : compile(step, { precision });
    this.trainStep = ready((images, labels) => {
      optimizer.zeroGrad();
      const logits = model(images);
      const scores = { loss: loss(logits, labels), correct: logits.argmax(1).eq(labels).sum() };
      scores.loss.backward();
      if (options.clipGradNorm !== undefined)
        clipGradNorm(model.parameters(), options.clipGradNorm);
      optimizer.step();
      return scores;
    });
    this.heldOutStep = ready((images, labels) =>
      noGrad(() => {
        const logits = model(images);
        return { loss: heldOutLoss(logits, labels), logits };
      }),
    );
  }

  /** Runs all epochs. @throws NotFiniteError when a loss or a weight is no longer a finite number */
  async fit(): Promise<FitSummary> {
    const { epochs, callbacks = [] } = this.options;
    this.startedAt = performance.now();
    try {
      for (let epoch = 1; epoch <= epochs && !this.stopped; epoch++) {
        const event = await this.epoch(epoch);
        if (event === null) break;
        this.last = event;
        if (event.best) this.best = event;
        for (const callback of callbacks) await callback.onEpoch?.(event);
      }
      const summary = this.summary(await this.testBest());
      for (const callback of callbacks) await callback.onEnd?.(summary);
      return summary;
    } catch (error) {
      for (const callback of callbacks) await callback.onFail?.(error, this.summary(null));
      throw error;
    }
  }

  /** Scores of the model on all batches of a loader, in evaluation mode. */
  async evaluate(loader: Batches): Promise<HeldOutScores> {
    const { model } = this.options;
    model.eval();
    const scores = await measure(loader, this.heldOutStep, async () => {
      await this.yieldTurn();
      return true;
    });
    if (scores === null) throw internalError('a measurement ended by itself');
    return scores;
  }

  private get stopped(): boolean {
    return this.options.signal?.aborted === true;
  }

  private summary(test: HeldOutScores | null): FitSummary {
    const { last, best, trainMs, waitMs } = this;
    return {
      epochs: last?.epoch ?? 0,
      steps: this.globalStep,
      last,
      best,
      test,
      durationMs: performance.now() - this.startedAt,
      waitShare: trainMs === 0 ? 0 : waitMs / trainMs,
      interrupted: this.stopped,
    };
  }

  /** One epoch with its evaluation; null when it was stopped midway. */
  private async epoch(epoch: number): Promise<EpochEvent | null> {
    const { valLoader, testLoader, scheduler, schedulePer, epochs } = this.options;
    const start = performance.now();
    const trained = await this.trainEpoch(epoch);
    if (trained === null) return null;
    const split = valLoader === undefined ? 'test' : 'val';
    const heldOut = await this.measureSplit(epoch, split, valLoader ?? testLoader);
    if (heldOut === null) return null;
    requireFiniteWeights(this.options.model, epoch);
    if (schedulePer !== 'step') scheduler?.step(heldOut.loss);
    const best = this.isBest(heldOut);
    if (best && valLoader !== undefined) this.bestWeights = copyOf(this.options.model);
    return {
      epoch,
      epochs,
      ...trained,
      split,
      heldOut,
      durationMs: performance.now() - start,
      best,
    };
  }

  /** The training half of an epoch; null when it was stopped midway. */
  private async trainEpoch(
    epoch: number,
  ): Promise<Pick<EpochEvent, 'train' | 'lr' | 'imagesPerSecond' | 'waitShare'> | null> {
    const { model, optimizer, trainLoader, scheduler, schedulePer } = this.options;
    model.train();
    const scores = new RunningScores();
    const start = performance.now();
    let waitMs = 0;
    let asked = start;
    let batch = 0;
    let step = 0;
    let largest = 0;
    let { lr } = optimizer;
    let trainMs = 0;
    try {
      for await (const [images, labels] of trainLoader) {
        waitMs += performance.now() - asked;
        batch++;
        lr = optimizer.lr;
        const samples = images.size(0);
        const single = samples === 1 && largest > 1;
        largest = Math.max(largest, samples);
        const result = single ? this.trainSingle(images, labels) : this.trainStep(images, labels);
        if (result !== null) {
          const loss = result.loss.item();
          requireFiniteLoss(loss, { epoch, batch, split: 'train' }, trainLoader.length, lr);
          scores.update(loss, result.correct.item(), samples);
          this.report(epoch, ++step, loss, samples, lr, scores);
          if (schedulePer === 'step') scheduler?.step();
        }
        await this.yieldTurn();
        if (this.stopped) return null;
        asked = performance.now();
      }
    } finally {
      trainMs = performance.now() - start;
      this.trainMs += trainMs;
      this.waitMs += waitMs;
    }
    if (step === 0)
      throw new ValueError('Trainer', 'the training loader gave no batch; is the data set empty?');
    return {
      train: scores.compute(),
      lr,
      imagesPerSecond: (1000 * scores.count) / trainMs,
      waitShare: waitMs / trainMs,
    };
  }

  /** Measures a set for an epoch; null when it was stopped midway. */
  private async measureSplit(
    epoch: number,
    split: HeldOutSplit,
    loader: Batches,
  ): Promise<HeldOutScores | null> {
    const { model, optimizer, callbacks = [] } = this.options;
    const batches = loader.length;
    model.eval();
    return await measure(loader, this.heldOutStep, async (batch, loss) => {
      requireFiniteLoss(loss, { epoch, batch, split }, batches, optimizer.lr);
      for (const callback of callbacks) callback.onMeasure?.({ epoch, split, batch, batches });
      await this.yieldTurn();
      return !this.stopped;
    });
  }

  /** The test scores of the best epoch: those that chose it, or of its weights where a validation set did. */
  private async testBest(): Promise<HeldOutScores | null> {
    const { best, bestWeights } = this;
    const { model, testLoader } = this.options;
    if (best === null || this.stopped) return null;
    if (bestWeights === null) return best.heldOut;
    const lastWeights = copyOf(model);
    model.loadStateDict(bestWeights);
    try {
      return await this.measureSplit(best.epoch, 'test', testLoader);
    } finally {
      model.loadStateDict(lastWeights);
    }
  }

  private isBest(scores: HeldOutScores): boolean {
    const { bestBy = 'accuracy' } = this.options;
    const before = this.best?.heldOut;
    if (before === undefined || scores[bestBy] > before[bestBy]) return true;
    return scores[bestBy] === before[bestBy] && scores.loss < before.loss;
  }

  /** A step on a last batch of one sample; null where batch norm refuses it, which leaves everything as it was. */
  private trainSingle(images: Tensor, labels: Tensor): TrainTensors | null {
    if (this.skipsSingles) return null;
    const { model, callbacks = [] } = this.options;
    const before = copyOf(model);
    try {
      return this.trainStep(images, labels);
    } catch (error) {
      if (!(error instanceof ValueError && error.subject === 'batchNorm')) throw error;
      model.loadStateDict(before); // Layers before the one that refused have counted the sample.
      this.skipsSingles = true;
      const text = 'the last batch has 1 sample, too few for batch norm: each epoch leaves it out';
      for (const callback of callbacks) callback.onNote?.(text);
      return null;
    }
  }

  private report(
    epoch: number,
    step: number,
    loss: number,
    samples: number,
    lr: number,
    scores: RunningScores,
  ): void {
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

function copyOf(model: Module): StateDict {
  return noGrad(() => new Map([...model.stateDict()].map(([key, value]) => [key, value.clone()])));
}
