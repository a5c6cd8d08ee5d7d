/** What training says of itself: the numbers of a step, of an epoch and of a run. */
import type { ConfusionMatrix } from '../metrics/confusion-matrix.js';
import type { Tensor } from '../tensor/tensor.js';

/** Loss and accuracy over a set of samples. */
export interface Scores {
  /** Mean loss per sample. */
  readonly loss: number;
  /** Share of samples whose best class is the right one, 0–1. */
  readonly accuracy: number;
}

/** Scores on samples that are not trained on. */
export interface HeldOutScores extends Scores {
  /** Mean recall of the classes that have samples, 0–1: what accuracy would be if all had as many. */
  readonly balancedAccuracy: number;
  /** Which class was taken for which. */
  readonly confusion: ConfusionMatrix;
}

/** A set that is not trained on: `val` is what the best epoch is chosen by, `test` where there is no such set. */
export type HeldOutSplit = 'val' | 'test';

/** One optimizer step. */
export interface StepEvent {
  /** Counted from 1. */
  readonly epoch: number;
  /** Within the epoch, counted from 1. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Over all epochs, counted from 1. */
  readonly globalStep: number;
  readonly loss: number;
  readonly lr: number;
  /** Samples in this batch. */
  readonly samples: number;
  /** Scores of the epoch so far. */
  readonly running: Scores;
}

/** One batch that was measured, not trained on. */
export interface MeasureEvent {
  /** Counted from 1. */
  readonly epoch: number;
  readonly split: HeldOutSplit;
  /** Counted from 1. */
  readonly batch: number;
  readonly batches: number;
  /** `[N, C, H, W]`, in memory that the loader uses again. */
  readonly images: Tensor;
  /** `[N, K]` */
  readonly logits: Tensor;
  /** `[N]` */
  readonly labels: Tensor;
}

/** One epoch, with its evaluation. */
export interface EpochEvent {
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  readonly train: Scores;
  /** What `heldOut` was measured on. */
  readonly split: HeldOutSplit;
  readonly heldOut: HeldOutScores;
  /** Learning rate during the epoch's last step. */
  readonly lr: number;
  /** Of training: time for loading included. */
  readonly imagesPerSecond: number;
  readonly durationMs: number;
  /** Share of the training time that steps waited for data, 0–1. */
  readonly waitShare: number;
  /** Whether `heldOut` is the best so far. */
  readonly best: boolean;
}

/** What `fit()` returns. */
export interface FitSummary {
  /** Epochs that ended, with their evaluation. */
  readonly epochs: number;
  readonly steps: number;
  /** null where not one epoch ended. */
  readonly last: EpochEvent | null;
  readonly best: EpochEvent | null;
  /** The best epoch's weights on the test set; null where the run was stopped before that was measured. */
  readonly test: HeldOutScores | null;
  readonly durationMs: number;
  /** Share of all training time that steps waited for data, 0–1. */
  readonly waitShare: number;
  /** Whether a signal stopped it before the last epoch ended. */
  readonly interrupted: boolean;
  /** Why a callback ended it before its last epoch; null where none did. */
  readonly stopReason: string | null;
}

/** The sums that `RunningScores` has. */
export interface RunningState {
  readonly loss: number;
  readonly correct: number;
  readonly samples: number;
}

/** Loss and accuracy summed over batches, each weighted by its samples. */
export class RunningScores {
  private loss = 0;
  private correct = 0;
  private samples = 0;

  /** Adds a batch: its mean loss, how many of its samples were right, and how many there are. */
  update(meanLoss: number, correct: number, samples: number): void {
    this.loss += meanLoss * samples;
    this.correct += correct;
    this.samples += samples;
  }

  compute(): Scores {
    const n = Math.max(this.samples, 1);
    return { loss: this.loss / n, accuracy: this.correct / n };
  }

  get count(): number {
    return this.samples;
  }

  stateDict(): RunningState {
    const { loss, correct, samples } = this;
    return { loss, correct, samples };
  }

  loadStateDict({ loss, correct, samples }: RunningState): void {
    this.loss = loss;
    this.correct = correct;
    this.samples = samples;
  }
}
