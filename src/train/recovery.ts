/** What follows on a number that is not finite: what was the first, and another try with a lower rate where that is allowed. */
import { NotFiniteError } from '../core/errors.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Callback } from './callback.js';
import { firstNotFinite } from './first-not-finite.js';
import type { Position } from './position.js';
import { withCause } from './require-finite.js';
import { lastState, restoreCallbacks, scaleRates } from './resuming.js';
import type { TrainerOptions } from './trainer-options.js';
import type { TrainerState } from './trainer-state.js';

/** A training, as far as going back in it needs. */
export interface Recoverable {
  /** Brings everything but callbacks to the state; gives where that is. */
  restore(state: TrainerState): Position;
  /** Makes the steps of the epoch that it is in, from where it is. */
  trainEpoch(): Promise<unknown>;
  note(text: string): void;
}

export class Recovery {
  /** While the steps that led to such a number are made again: the batch, and what was found in it. */
  private suspect: { readonly batch: number; cause: string | null } | null = null;

  constructor(
    private readonly options: TrainerOptions,
    private readonly training: Recoverable,
  ) {}

  /** Who sees steps: while they are made again only those that take part in them. */
  get listening(): readonly Callback[] {
    const { callbacks = [] } = this.options;
    return this.suspect === null ? callbacks : callbacks.filter(({ trains }) => trains);
  }

  /** Whether steps are made again up to this batch of the epoch, counted from 1: then it is looked at, and not trained on. */
  async looksAt(batch: number, images: Tensor, labels: Tensor): Promise<boolean> {
    if (this.suspect?.batch !== batch) return false;
    this.suspect.cause = await firstNotFinite(this.options, images, labels);
    return true;
  }

  /**
   * After a number that is not finite: names what was the first, and goes back to the last checkpoint with half the
   * learning rate where that is allowed once more. Everything else is thrown again.
   *
   * @param failed Where the training was
   */
  async from(error: unknown, failed: Position): Promise<void> {
    const { training } = this;
    const { callbacks = [], optimizer, epochs, rollbacks = 0 } = this.options;
    if (!(error instanceof NotFiniteError)) throw error;
    const state = await lastState(callbacks);
    if (state === null) throw error;
    const told = withCause(error, await this.causeOf(error, state));
    const at = training.restore(state);
    if (failed.rollbacks >= rollbacks) throw told;
    await restoreCallbacks(callbacks, state.callbacks);
    at.rollbacks = failed.rollbacks + 1;
    scaleRates(optimizer, 0.5 ** (at.rollbacks - state.facts.rollbacks));
    training.note(told.detail);
    training.note(
      `${at.where(epochs)} with the learning rate halved to ${optimizer.lr} (${at.rollbacks} of ${rollbacks} times)`,
    );
  }

  /** Makes the steps since the checkpoint again, with nobody looking; null where they are of another epoch. */
  private async causeOf(
    { place: { epoch, batch, split } }: NotFiniteError,
    state: TrainerState,
  ): Promise<string | null> {
    const { facts } = state;
    const within = facts.epoch === epoch && facts.phase === 'train';
    if (!within || split !== 'train' || batch === null) return null;
    this.training.restore(state);
    const suspect = { batch, cause: null };
    this.suspect = suspect;
    await restoreCallbacks(this.listening, state.callbacks);
    try {
      await this.training.trainEpoch();
    } finally {
      this.suspect = null;
    }
    return suspect.cause;
  }
}
