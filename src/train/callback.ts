/** What follows a training run, and what it may ask of it. */
import type { Module, StateDict } from '../nn/module.js';
import type { Optimizer } from '../optim/optimizer.js';
import type { EpochEvent, FitSummary, HeldOutSplit, MeasureEvent, StepEvent } from './metrics.js';
import type { CallbackState, TrainerState } from './trainer-state.js';

/** The training, as its callbacks see it. */
export interface Training {
  readonly model: Module;
  readonly optimizer: Optimizer;
  /** The weights that were measured in the best epoch; null before there is one. */
  readonly bestWeights: StateDict | null;
  /** Ends the training after the current step; the epoch is measured and counts. The first reason is told. */
  stop(reason: string): void;
  /** Tells people something that ends nothing, in one line. */
  note(text: string): void;
  /** Everything that is needed to go on from here: the training's own tensors, not copies. Good at safe points. */
  stateDict(): Promise<TrainerState>;
}

/** A moment at which a checkpoint can be taken: all callbacks have seen the step, or the epoch. */
export interface SafePoint {
  /** After a step, after an epoch with its evaluation, or as the last thing of a run. */
  readonly after: 'step' | 'epoch' | 'end';
  /** Steps over all epochs. */
  readonly globalStep: number;
  /** Epochs that have ended. */
  readonly epochs: number;
}

/** Something that follows a training run: a progress bar, early stopping, the writer of a run folder. */
export interface Callback {
  /** Its name in a checkpoint; needed where there is a `stateDict`. */
  readonly stateKey?: string;
  /**
   * Whether it changes weights between steps: then it is called, too, where steps are made again to find where a number that is not
   * finite came from. @default false
   */
  readonly trains?: boolean;
  /** What it needs to go on after a resume. */
  stateDict?(): CallbackState | Promise<CallbackState>;
  loadStateDict?(state: CallbackState): void | Promise<void>;

  /** Before anything else, and before a checkpoint is loaded. */
  onFitStart?(training: Training): void | Promise<void>;
  /** Not called for an epoch that is gone on with. */
  onEpochStart?(event: { readonly epoch: number; readonly epochs: number }): void | Promise<void>;
  /** After each optimizer step, before `onStep` of the batch; where batches are accumulated there are fewer of these. */
  onUpdate?(): void;
  /** On a GPU the next step is on its way by then: a reason to stop, or a rate that is set, is for the one after it. */
  onStep?(event: StepEvent): void | Promise<void>;
  /** Before the epoch's evaluation; the weights may be exchanged until `onValidationEnd`. */
  onValidationStart?(event: ValidationEvent): void | Promise<void>;
  onMeasure?(event: MeasureEvent): void | Promise<void>;
  /** Called whenever `onValidationStart` was, also where the evaluation was broken off. */
  onValidationEnd?(event: ValidationEvent): void | Promise<void>;
  onEpoch?(event: EpochEvent): void | Promise<void>;
  /** Whether `onSafePoint` is to be called: each time that it is, a GPU waits for the step to be read. @default always */
  wantsSafePoint?(event: SafePoint): boolean;
  onSafePoint?(event: SafePoint): void | Promise<void>;
  /** The last checkpoint that it has kept, to go back to; null where there is none. */
  lastState?(): Promise<TrainerState | null>;
  /** While features of pictures are computed, before the first epoch. */
  onFeatures?(event: { readonly batch: number; readonly batches: number }): void;
  /** Something that people should know and that ends nothing, in one line. */
  onNote?(text: string): void;
  onEnd?(summary: FitSummary): void | Promise<void>;
  /** Training ends with this error, which `fit()` throws next; must not throw itself. */
  onFail?(error: unknown, summary: FitSummary): void | Promise<void>;
}

export interface ValidationEvent {
  /** Counted from 1. */
  readonly epoch: number;
  readonly split: HeldOutSplit;
}
