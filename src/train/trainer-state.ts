/** Everything that a training needs to go on as if it had never ended: tensors, and facts that JSON can hold. */
import { ConfusionMatrix } from '../metrics/confusion-matrix.js';
import type { StateDict } from '../nn/module.js';
import type { OptimizerState } from '../optim/optimizer-state.js';
import type { Tensor } from '../tensor/tensor.js';
import type { TrainerFacts } from './facts-schema.js';
import type { EpochEvent } from './metrics.js';

/** What a callback keeps in a checkpoint. */
export interface CallbackState {
  /** What JSON can hold. */
  readonly data?: unknown;
  readonly tensors?: ReadonlyMap<string, Tensor>;
}

/** A training at one moment; `readCheckpoint` and `writeCheckpoint` keep it in a file. */
export interface TrainerState {
  readonly facts: TrainerFacts;
  readonly model: StateDict;
  /** The weights that were measured in the best epoch. */
  readonly bestWeights: StateDict | null;
  readonly optimizer: OptimizerState;
  readonly scheduler: object | null;
  /** Of the default generator. */
  readonly generator: Tensor;
  /** By their `stateKey`. */
  readonly callbacks: ReadonlyMap<string, CallbackState>;
}

export function factsOf(event: EpochEvent | null): TrainerFacts['last'] {
  if (event === null) return null;
  const { heldOut } = event;
  return { ...event, heldOut: { ...heldOut, confusion: heldOut.confusion.compute() } };
}

export function eventOf(facts: TrainerFacts['last']): EpochEvent | null {
  if (facts === null) return null;
  const { heldOut } = facts;
  return { ...facts, heldOut: { ...heldOut, confusion: ConfusionMatrix.of(heldOut.confusion) } };
}
