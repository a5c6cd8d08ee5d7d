/** What all schedulers have in common: PyTorch's `LRScheduler`, on the pure functions of `schedules.ts`. */
import { CheckpointError, ValueError, WickError } from '../core/errors.js';
import { Optimizer } from './optimizer.js';

/** What a scheduler has seen and what it was made with, functions left out. */
export interface SchedulerState {
  readonly lastEpoch: number;
  readonly baseLrs: readonly number[];
  readonly lastLr: readonly number[];
  readonly [setting: string]: unknown;
}

/** What other libraries' schedulers take, and what is to be done here. */
export const schedulerNotes = {
  lastEpoch: 'resume with loadStateDict() of scheduler and optimizer',
  verbose: 'print scheduler.getLastLr()',
} as const;

/**
 * Sets the learning rates of an optimizer's groups, step by step. Most schedules scale the rate that they find, so that
 * several act on one optimizer, and a rate set by hand is gone on from; others set theirs anew. Each does as PyTorch's.
 *
 * `S` are the settings: what the state dict takes along besides the steps.
 */
export abstract class LRScheduler<S extends object = object> {
  /** Steps made so far: epochs or batches, whatever `step()` is called after. */
  lastEpoch = 0;
  private baseLrs: readonly number[];
  private lastLr: readonly number[] = [];

  constructor(
    readonly optimizer: Optimizer,
    protected settings: S,
  ) {
    requireOptimizer(this.constructor.name, optimizer);
    this.baseLrs = optimizer.paramGroups.map((group) => {
      group.initialLr ??= group.lr;
      return group.initialLr;
    });
    this.begin();
  }

  /** The rate of a group at step `epoch`, if nobody else changes it. */
  protected abstract rate(epoch: number, baseLr: number, group: number): number;

  /** What a rate becomes at step `epoch` that is `lr` after the step before. */
  protected next(lr: number, epoch: number, baseLr: number, group: number): number {
    const before = epoch === 0 ? baseLr : this.rate(epoch - 1, baseLr, group);
    const after = this.rate(epoch, baseLr, group);
    if (before === after) return lr;
    return lr === before || before === 0 ? after : lr * (after / before);
  }

  /** Called with each step, before the rates are set. */
  protected reach(_epoch: number): void {}

  /** Goes on by one step. Call it after `optimizer.step()`, once an epoch or once a batch. */
  step(): void {
    const epoch = this.lastEpoch + 1;
    this.move(epoch, (lr, baseLr, i) => this.next(lr, epoch, baseLr, i));
  }

  /** Goes to step `epoch` and sets the rates that belong to it, whatever they were. */
  stepTo(epoch: number): void {
    if (!(epoch >= 0))
      throw new ValueError(this.constructor.name, `epoch=${epoch} must be a number ≥ 0`);
    this.move(epoch, (_, baseLr, i) => this.rate(epoch, baseLr, i));
  }

  /** @internal The first step, on the rates that there are: as if just made. */
  begin(): void {
    this.move(0, (lr, baseLr, i) => this.next(lr, 0, baseLr, i));
  }

  private move(epoch: number, rate: (lr: number, baseLr: number, group: number) => number): void {
    const { paramGroups } = this.optimizer;
    const rates = paramGroups.map(({ lr }, i) => rate(lr, this.baseLrs[i] ?? lr, i));
    this.reach(epoch);
    this.lastEpoch = epoch;
    paramGroups.forEach((group, i) => {
      group.lr = rates[i] ?? group.lr;
    });
    this.lastLr = rates;
  }

  /** The learning rate that this scheduler gave each group last. */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  stateDict(): SchedulerState {
    const { lastEpoch, baseLrs, lastLr } = this;
    const saved = Object.entries(this.settings).filter(([, value]) => !holdsFunctions(value));
    return { ...Object.fromEntries(saved), lastEpoch, baseLrs, lastLr };
  }

  /**
   * Goes on from where `stateDict()` was taken, with the settings of then; functions stay those given to the constructor.
   * The learning rates themselves come with the optimizer's state.
   *
   * @throws CheckpointError when it does not fit; nothing is changed then
   */
  loadStateDict({ lastEpoch, baseLrs, lastLr, ...settings }: SchedulerState): void {
    const subject = this.constructor.name;
    const groups = this.optimizer.paramGroups.length;
    for (const [name, list] of Object.entries({ baseLrs, lastLr }))
      if (!Array.isArray(list) || list.length !== groups)
        throw new CheckpointError(
          subject,
          `${name} of the state dict has ${list?.length ?? 'no'} learning rates, the optimizer ${groups} parameter groups`,
        );
    if (typeof lastEpoch !== 'number')
      throw new CheckpointError(subject, `lastEpoch of the state dict is ${lastEpoch}, no number`);
    const before = this.settings;
    const functions = Object.entries(before).filter(([, value]) => holdsFunctions(value));
    this.settings = { ...Object.fromEntries(functions), ...settings } as S; // tried at once
    try {
      for (const [i, lr] of baseLrs.entries()) this.rate(Math.max(0, lastEpoch), lr, i);
    } catch (error) {
      this.settings = before;
      if (!(error instanceof WickError)) throw error;
      throw new CheckpointError(subject, `the state dict does not fit: ${error.message}`, {
        cause: error,
      });
    }
    this.lastEpoch = lastEpoch;
    this.baseLrs = [...baseLrs];
    this.lastLr = [...lastLr];
  }
}

function holdsFunctions(value: unknown): boolean {
  return typeof value === 'function' || (Array.isArray(value) && value.some(holdsFunctions));
}

export function requireOptimizer(subject: string, optimizer: unknown): void {
  if (!(optimizer instanceof Optimizer))
    throw new ValueError(
      subject,
      `the first argument is ${optimizer === null ? 'null' : typeof optimizer}, an optimizer is required`,
    );
}

/** One value for each group: a list of as many, or one for all. */
export function perGroup<T>(
  subject: string,
  name: string,
  value: T | readonly T[],
  { paramGroups }: Optimizer,
): readonly T[] {
  const values = Array.isArray(value) ? (value as readonly T[]) : paramGroups.map(() => value as T);
  if (values.length === paramGroups.length) return values;
  throw new ValueError(
    subject,
    `${values.length} values of ${name} for ${paramGroups.length} parameter groups, one for each is required`,
  );
}
