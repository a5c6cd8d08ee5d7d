/**
 * The training loop that anybody could have written, on public API only: epochs, modes, a step that is compiled, scores
 * weighted by samples, a schedule. What is shown, stored, averaged or ended early is the callbacks' matter (`callbacks/`,
 * `progress.ts`, `runs/run-recorder.ts`).
 */
import { ValueError } from '../core/errors.js';
import type { Module, StateDict } from '../nn/module.js';
import type { Optimizer } from '../optim/optimizer.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireReady } from './at-start.js';
import type { Callback, SafePoint, Training } from './callback.js';
import { readResume } from './checkpoint-reader.js';
import { HeldOut } from './held-out.js';
import { asked, LateReading } from './late-reading.js';
import type { EpochEvent, FitSummary, HeldOutScores } from './metrics.js';
import { Position, TrainedPart } from './position.js';
import { Recovery } from './recovery.js';
import { requireFiniteLoss, requireFiniteWeights } from './require-finite.js';
import { requireLearners } from './require-learning.js';
import {
  atNextEpoch,
  type LoaderStates,
  loaderStates,
  restoreCallbacks,
  restoreState,
  takeState,
  trainingLoader,
} from './resuming.js';
import { unlessRefused } from './single-sample.js';
import { makeSteps, type Steps, type TrainTensors } from './steps.js';
import {
  type Batches,
  type FitOptions,
  readFitOptions,
  readTrainerOptions,
  type TrainerOptions,
} from './trainer-options.js';
import type { TrainerState } from './trainer-state.js';
import { Turns } from './turns.js';

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
  private readonly turns = new Turns();
  private readonly late = new LateReading();
  private readonly heldOut: HeldOut;
  private readonly recovery: Recovery;
  private at = new Position();
  /** Where the loaders were when the current half of the epoch began. */
  private loaders: LoaderStates = {};
  private stopReason: string | null = null;
  private startedAt = 0;

  constructor(...given: [options: TrainerOptions]) {
    this.options = readTrainerOptions(given);
    this.callbacks = this.options.callbacks ?? [];
    this.steps = makeSteps(this.options);
    this.heldOut = new HeldOut(
      this.options,
      this.steps.heldOut,
      this.turns,
      () => this.interrupted,
    );
    this.recovery = new Recovery(this.options, {
      restore: (state) => this.restore(state),
      trainEpoch: () => this.trainEpoch(this.at.part),
      note: (text) => this.note(text),
    });
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
    const now = within ? { ...loaders, ...trainingLoader(options.trainLoader) } : loaders;
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
    const { resume, force = false } = readFitOptions(given);
    const { options, callbacks } = this;
    this.at.startLr = options.optimizer.lr;
    this.startedAt = performance.now();
    this.loaders = await loaderStates(options);
    for (const callback of callbacks) await callback.onFitStart?.(this);
    requireLearners(options);
    if (resume === undefined) await requireReady(options, this.steps);
    else {
      const state = typeof resume === 'string' ? await readResume(resume) : resume;
      this.restore(state, force);
      for (const key of await restoreCallbacks(callbacks, state.callbacks))
        this.note(`goes on without ${key}, which the checkpoint has the state of`);
      this.note(this.at.where(options.epochs));
    }
    try {
      while (this.at.epoch <= options.epochs && !this.ended)
        await this.runEpoch().catch((error: unknown) => this.recover(error));
      await this.safePoint('end');
      const summary = this.summary(await this.heldOut.testBest(this.at, this.loaders));
      for (const callback of callbacks) await callback.onEnd?.(summary);
      return summary;
    } catch (error) {
      for (const callback of callbacks) await callback.onFail?.(error, this.summary(null));
      throw error;
    }
  }

  /** Scores of the model on all batches of a loader, in evaluation mode. */
  async evaluate(loader: Batches): Promise<HeldOutScores> {
    return await this.heldOut.evaluate(loader);
  }

  private restore(state: TrainerState, force = false): Position {
    this.at = restoreState(this.options, state, force ? this.at.startLr : null);
    this.loaders = state.facts.loaders;
    return this.at;
  }

  /** Goes on from the last checkpoint where that helps; otherwise what failed is where it failed. */
  private async recover(error: unknown): Promise<void> {
    const failed = this.at;
    try {
      await this.recovery.from(error, failed);
    } catch (told) {
      this.at = failed;
      throw told;
    }
  }

  /** Not after the last epoch: all that is left then is to test its best weights. */
  private get interrupted(): boolean {
    const { signal, epochs } = this.options;
    return signal?.aborted === true && this.at.epoch <= epochs;
  }

  private get ended(): boolean {
    return this.interrupted || this.stopReason !== null;
  }

  private summary(test: HeldOutScores | null): FitSummary {
    const { durationMs, interrupted, stopReason } = this;
    return { ...this.at.summary(), test, durationMs, interrupted, stopReason };
  }

  private get durationMs(): number {
    return this.at.durationMs + performance.now() - this.startedAt;
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
    const validated = await this.heldOut.validate(at, this.loaders);
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
    await requireFiniteWeights(this.model, epoch);
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
    try {
      return await this.trainBatches(part);
    } finally {
      await this.late.finish(); // What failed has steps before it.
    }
  }

  private async trainBatches(part: TrainedPart): Promise<boolean> {
    const { optimizer, trainLoader, scheduler, schedulePer, accumulate = 1 } = this.options;
    this.model.train();
    const start = performance.now() - part.trainMs;
    let askedAt = performance.now();
    let pending = 0;
    const update = () => {
      this.steps.update();
      pending = 0;
      if (schedulePer === 'step') scheduler?.step();
      for (const callback of this.recovery.listening) callback.onUpdate?.();
    };
    for await (const [images, labels] of trainLoader) {
      part.waitMs += performance.now() - askedAt;
      part.batches++;
      if (await this.recovery.looksAt(part.batches, images, labels)) return false;
      const { lr } = optimizer;
      const samples = images.size(0);
      const single = samples === 1 && part.largest > 1;
      part.largest = Math.max(part.largest, samples);
      const out = single ? this.trainSingle(images, labels) : this.steps.train(images, labels);
      if (out !== null) {
        const isLate = out.loss.device === 'gpu';
        const numbers = asked(Promise.all([out.loss.itemAsync(), out.correct.itemAsync()]));
        const place = { epoch: this.at.epoch, batch: part.batches, split: 'train' } as const;
        const judge = async () => {
          const [loss, correct] = await numbers;
          requireFiniteLoss(loss, place, trainLoader.length, lr);
          part.scores.update(loss, correct, samples);
          part.lr = lr;
          return loss;
        };
        const judged = isLate ? undefined : await judge();
        if (++pending === accumulate) update();
        await this.late.add(isLate, async () =>
          this.report(part, judged ?? (await judge()), samples),
        );
      }
      await this.turns.give();
      part.trainMs = performance.now() - start;
      if (pending === 0) {
        await this.safePoint('step');
        if (this.ended) break;
      }
      askedAt = performance.now();
    }
    if (pending > 0) update(); // the last ones of an epoch may be fewer
    await this.late.finish();
    if (this.interrupted) return false;
    if (part.steps === 0)
      throw new ValueError('Trainer', 'the training loader gave no batch; is the data set empty?');
    this.loaders = { ...this.loaders, ...atNextEpoch(trainLoader) };
    return true;
  }

  /** A step on a last batch of one sample; null where batch norm refuses it. */
  private trainSingle(images: Tensor, labels: Tensor): TrainTensors | null {
    const { at, model } = this;
    const result = at.skipsSingles
      ? null
      : unlessRefused(model, () => this.steps.train(images, labels));
    if (result === null && !at.skipsSingles)
      this.note('the last batch has 1 sample, too few for batch norm: each epoch leaves it out');
    at.skipsSingles ||= result === null;
    return result;
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
    for (const callback of this.recovery.listening) await callback.onStep?.(event);
  }

  /** Only for those who want it is the last step waited for. */
  private async safePoint(after: SafePoint['after']): Promise<void> {
    const { globalStep, last } = this.at;
    const event = { after, globalStep: globalStep + this.late.unread, epochs: last?.epoch ?? 0 };
    const wanting = this.recovery.listening.filter(
      (callback) => callback.onSafePoint && (callback.wantsSafePoint?.(event) ?? true),
    );
    if (wanting.length === 0) return;
    await this.late.finish();
    for (const callback of wanting) await callback.onSafePoint?.(event);
  }
}
