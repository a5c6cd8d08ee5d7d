/**
 * The training loop that anybody could have written, on public API only: epochs, modes, a step that is compiled, scores
 * weighted by samples, a schedule. What is shown, stored, averaged or ended early is the callbacks' matter (`callbacks/`,
 * `progress.ts`, `runs/run-recorder.ts`).
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { internalError, ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import type { Module, StateDict } from '../nn/module.js';
import type { Optimizer } from '../optim/optimizer.js';
import { defaultGenerator } from '../tensor/generator.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Callback, SafePoint, Training } from './callback.js';
import { readCheckpoint } from './checkpoint-file.js';
import { measure } from './measure.js';
import type { EpochEvent, FitSummary, HeldOutScores, HeldOutSplit } from './metrics.js';
import { Position, TrainedPart } from './position.js';
import { requireFiniteLoss, requireFiniteWeights } from './require-finite.js';
import {
  type LoaderStates,
  loaderStates,
  restoreCallbacks,
  restoreState,
  takeState,
} from './resuming.js';
import { makeSteps, type Steps, type TrainTensors } from './steps.js';
import { type Batches, readTrainerOptions, type TrainerOptions } from './trainer-options.js';
import type { TrainerState } from './trainer-state.js';

export interface FitOptions {
  /** Goes on from a checkpoint, given as its file or as what `stateDict()` gave. */
  readonly resume?: string | TrainerState;
}

const readFit = optionReader<FitOptions>('Trainer.fit', { resume: true });

/** How long steps may run before timers, signals and workers get a turn. */
const turnMs = 30;

/**
 * Trains a classifier.
 *
 * @example
 * const trainer = new Trainer({ model, optimizer, trainLoader, testLoader, epochs: 5, callbacks: [new Progress({ epochs: 5 })] });
 * const { best } = await trainer.fit();
 */
export class Trainer implements Training {
  private readonly options: TrainerOptions;
  private readonly callbacks: readonly Callback[];
  private readonly steps: Steps;
  private at = new Position();
  /** Where the loaders were when the current half of the epoch began. */
  private loaders: LoaderStates = {};
  private stopReason: string | null = null;
  private startedAt = 0;
  private turnAt = 0;

  constructor(...given: [options: TrainerOptions]) {
    this.options = readTrainerOptions(given);
    this.callbacks = this.options.callbacks ?? [];
    this.steps = makeSteps(this.options);
  }

  get model(): Module {
    return this.options.model;
  }

  get optimizer(): Optimizer {
    return this.options.optimizer;
  }

  get bestWeights(): StateDict | null {
    return this.at.bestWeights;
  }

  stop(reason: string): void {
    this.stopReason ??= reason;
  }

  note(text: string): void {
    for (const callback of this.callbacks) callback.onNote?.(text);
  }

  async stateDict(): Promise<TrainerState> {
    const { options, at, loaders } = this;
    const within = at.phase === 'train' && at.part.batches > 0;
    const now = within ? { ...loaders, ...stateOf(options.trainLoader) } : loaders;
    return await takeState(options, at, now, this.durationMs);
  }

  /**
   * Runs all epochs, or those that a checkpoint has left. A resumed training ends with the same bits as one that was
   * never stopped.
   *
   * @throws NotFiniteError when a loss or a weight is no longer a finite number
   * @throws CheckpointError when the checkpoint is damaged, or of another training
   */
  async fit(...given: [options?: FitOptions]): Promise<FitSummary> {
    const { resume } = readFit(given);
    const { options, callbacks } = this;
    this.startedAt = performance.now();
    this.loaders = loaderStates(options);
    for (const callback of callbacks) await callback.onFitStart?.(this);
    if (resume !== undefined) {
      const state = typeof resume === 'string' ? await readCheckpoint(resume) : resume;
      this.at = restoreState(options, state);
      this.loaders = state.facts.loaders;
      await restoreCallbacks(callbacks, state.callbacks);
      this.note(this.whereItGoesOn());
    }
    try {
      while (this.at.epoch <= options.epochs && !this.ended) await this.runEpoch();
      await this.safePoint('end');
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
    this.model.eval();
    const scores = await measure(loader, this.steps.heldOut, async () => {
      await this.yieldTurn();
      return true;
    });
    if (scores === null) throw internalError('a measurement ended by itself');
    return scores;
  }

  private whereItGoesOn(): string {
    const { epoch, globalStep, phase } = this.at;
    const { epochs } = this.options;
    if (epoch > epochs)
      return `all ${epochs} epochs are trained already; it goes on where epochs are raised`;
    const where = phase === 'measure' ? 'with the evaluation of epoch' : 'in epoch';
    return `goes on ${where} ${epoch} of ${epochs}, after ${globalStep} steps`;
  }

  private get interrupted(): boolean {
    return this.options.signal?.aborted === true;
  }

  private get ended(): boolean {
    return this.interrupted || this.stopReason !== null;
  }

  private get durationMs(): number {
    return this.at.durationMs + performance.now() - this.startedAt;
  }

  private summary(test: HeldOutScores | null): FitSummary {
    const { last, best, globalStep, part } = this.at;
    const [trainMs, waitMs] = [this.at.trainMs + part.trainMs, this.at.waitMs + part.waitMs];
    return {
      epochs: last?.epoch ?? 0,
      steps: globalStep,
      last,
      best,
      test,
      durationMs: this.durationMs,
      waitShare: trainMs === 0 ? 0 : waitMs / trainMs,
      interrupted: this.interrupted,
      stopReason: this.stopReason,
    };
  }

  /** One epoch, or what is left of it, with its evaluation. Where a signal ends it midway, it stays the current one. */
  private async runEpoch(): Promise<void> {
    const { at, options, callbacks } = this;
    const { epoch, part } = at;
    if (at.phase === 'train') {
      if (part.batches === 0)
        for (const callback of callbacks)
          await callback.onEpochStart?.({ epoch, epochs: options.epochs });
      if (!(await this.trainEpoch(part))) return;
      at.phase = 'measure';
    }
    const start = performance.now();
    const validated = await this.validate();
    if (validated === null) return;
    const { scores, lr, trainMs, waitMs } = part;
    const event: EpochEvent = {
      epoch,
      epochs: options.epochs,
      train: scores.compute(),
      lr,
      ...validated,
      imagesPerSecond: (1000 * scores.count) / trainMs,
      durationMs: trainMs + performance.now() - start,
      waitShare: waitMs / trainMs,
    };
    requireFiniteWeights(this.model, epoch);
    if (options.schedulePer !== 'step') options.scheduler?.step(validated.heldOut.loss);
    at.last = event;
    if (event.best) at.best = event;
    at.epoch++;
    at.phase = 'train';
    at.part = new TrainedPart();
    at.trainMs += trainMs;
    at.waitMs += waitMs;
    for (const callback of callbacks) await callback.onEpoch?.(event);
    await this.safePoint('epoch');
  }

  /** The training half of an epoch, from where it is; false when a signal stopped it midway. */
  private async trainEpoch(part: TrainedPart): Promise<boolean> {
    const { optimizer, trainLoader, scheduler, schedulePer, accumulate = 1 } = this.options;
    this.model.train();
    const start = performance.now() - part.trainMs;
    let asked = performance.now();
    let pending = 0;
    const update = () => {
      this.steps.update();
      pending = 0;
      if (schedulePer === 'step') scheduler?.step();
    };
    for await (const [images, labels] of trainLoader) {
      part.waitMs += performance.now() - asked;
      part.batches++;
      const { lr } = optimizer;
      const samples = images.size(0);
      const single = samples === 1 && part.largest > 1;
      part.largest = Math.max(part.largest, samples);
      const result = single ? this.trainSingle(images, labels) : this.steps.train(images, labels);
      if (result !== null) {
        const loss = result.loss.item();
        const place = { epoch: this.at.epoch, batch: part.batches, split: 'train' } as const;
        requireFiniteLoss(loss, place, trainLoader.length, lr);
        part.scores.update(loss, result.correct.item(), samples);
        part.lr = lr;
        if (++pending === accumulate) update();
        await this.report(part, loss, samples);
      }
      await this.yieldTurn();
      part.trainMs = performance.now() - start;
      if (pending === 0) {
        await this.safePoint('step');
        if (this.ended) break;
      }
      asked = performance.now();
    }
    if (pending > 0) update(); // the last ones of an epoch may be fewer
    if (this.interrupted) return false;
    if (part.steps === 0)
      throw new ValueError('Trainer', 'the training loader gave no batch; is the data set empty?');
    this.loaders = { ...this.loaders, ...nextEpoch(trainLoader) };
    return true;
  }

  /** Measures the set that epochs are judged by; null when a signal stopped it midway. */
  private async validate(): Promise<Pick<EpochEvent, 'split' | 'heldOut' | 'best'> | null> {
    const { at, callbacks } = this;
    const { valLoader, testLoader } = this.options;
    const split = valLoader === undefined ? 'test' : 'val';
    const validation = { epoch: at.epoch, split } as const;
    for (const callback of callbacks) await callback.onValidationStart?.(validation);
    try {
      const heldOut = await this.measureSplit(at.epoch, split, valLoader ?? testLoader);
      if (heldOut === null) return null;
      const best = this.isBest(heldOut);
      if (best) at.bestWeights = copyOf(this.model);
      return { split, heldOut, best };
    } finally {
      for (const callback of callbacks) await callback.onValidationEnd?.(validation);
    }
  }

  /** Measures a set for an epoch; null when a signal stopped it midway. */
  private async measureSplit(
    epoch: number,
    split: HeldOutSplit,
    loader: Batches,
  ): Promise<HeldOutScores | null> {
    const { optimizer, callbacks } = this;
    const batches = loader.length;
    const state = this.loaders[split];
    if (state !== undefined) loader.loadStateDict?.({ ...state, epoch: epoch - 1, batch: 0 });
    this.model.eval();
    return await measure(loader, this.steps.heldOut, async (batch, loss) => {
      requireFiniteLoss(loss, { epoch, batch, split }, batches, optimizer.lr);
      for (const callback of callbacks) callback.onMeasure?.({ epoch, split, batch, batches });
      await this.yieldTurn();
      return !this.interrupted;
    });
  }

  /** The test scores of the best epoch: those that chose it, or of its weights where a validation set did. */
  private async testBest(): Promise<HeldOutScores | null> {
    const { model } = this;
    const { best, bestWeights } = this.at;
    const { valLoader, testLoader } = this.options;
    if (best === null || this.interrupted) return null;
    if (valLoader === undefined || bestWeights === null) return best.heldOut;
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
    const before = this.at.best?.heldOut;
    if (before === undefined) return true;
    if (bestBy === 'loss' || scores[bestBy] === before[bestBy]) return scores.loss < before.loss;
    return scores[bestBy] > before[bestBy];
  }

  /** A step on a last batch of one sample; null where batch norm refuses it, which leaves everything as it was. */
  private trainSingle(images: Tensor, labels: Tensor): TrainTensors | null {
    const { at, model } = this;
    if (at.skipsSingles) return null;
    const before = copyOf(model);
    const drawn = noGrad(() => defaultGenerator.state.clone());
    try {
      return this.steps.train(images, labels);
    } catch (error) {
      if (!(error instanceof ValueError && error.subject === 'batchNorm')) throw error;
      model.loadStateDict(before); // Layers before the one that refused have counted the sample.
      noGrad(() => defaultGenerator.state.copy_(drawn));
      at.skipsSingles = true;
      this.note('the last batch has 1 sample, too few for batch norm: each epoch leaves it out');
      return null;
    }
  }

  private async report(part: TrainedPart, loss: number, samples: number): Promise<void> {
    const { at } = this;
    const event = {
      epoch: at.epoch,
      step: ++part.steps,
      stepsPerEpoch: this.options.trainLoader.length,
      globalStep: ++at.globalStep,
      loss,
      lr: part.lr,
      samples,
      running: part.scores.compute(),
    };
    for (const callback of this.callbacks) await callback.onStep?.(event);
  }

  private async safePoint(after: SafePoint['after']): Promise<void> {
    const { globalStep, last } = this.at;
    const event = { after, globalStep, epochs: last?.epoch ?? 0 };
    for (const callback of this.callbacks) await callback.onSafePoint?.(event);
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

function stateOf(loader: Batches): LoaderStates {
  const train = loader.stateDict?.();
  return train === undefined ? {} : { train };
}

/** Where the loader is when the epoch that it is in is over, also where a callback has ended that early. */
function nextEpoch(loader: Batches): LoaderStates {
  const { train } = stateOf(loader);
  if (train === undefined || train.batch === 0) return stateOf(loader);
  return { train: { ...train, epoch: train.epoch + 1, batch: 0 } };
}
