/** What a study searches, what it does, and what becomes of it. */
import type { Dimension, Values } from './space.js';

export interface Halving {
  /** One in so many trials goes on at each rung. */
  readonly reduction: number;
  /** Epochs of the first rung. */
  readonly minEpochs: number;
}

/** What is searched, and how. */
export interface Plan {
  readonly search: readonly (readonly [key: string, dimension: Dimension])[];
  readonly grid: readonly (readonly [key: string, values: readonly unknown[]])[];
  readonly sampler: 'tpe' | 'random';
  readonly trials: number;
  readonly seed: number;
  /** Epochs of a whole training. */
  readonly epochs: number;
  readonly halving: Halving | null;
  /** Whether less of the objective is better. */
  readonly minimize: boolean;
  /** The values without settings that the others leave no place for. */
  readonly active?: (values: Values) => Values;
}

/** A trial that is to be trained up to the end of an epoch. */
export interface Job {
  /** Both counted from 1. */
  readonly job: number;
  readonly trial: number;
  readonly values: Values;
  readonly epochs: number;
}

/** What became of a job; a trial that failed has no value. */
export interface JobOutcome extends Job {
  /** The objective, a mean over seeds. */
  readonly value: number | null;
}
