/** Schedulers made of others: one after the other, or all at once. */
import { CheckpointError, ValueError } from '../core/errors.js';
import type { Optimizer } from './optimizer.js';
import { type LRScheduler, requireOptimizer, type SchedulerState } from './scheduler.js';
import { requireMilestones } from './schedules.js';

export interface CompositeState {
  readonly lastLr: readonly number[];
  readonly schedulers: readonly unknown[];
}

export interface SequentialState extends CompositeState {
  readonly lastEpoch: number;
  readonly milestones: readonly number[];
}

/** One scheduler after the other: the next takes over, from its start, at each milestone. */
export class SequentialLR {
  /** Steps made so far. */
  lastEpoch = 0;
  private lastLr: readonly number[];

  constructor(
    readonly optimizer: Optimizer,
    private readonly schedulers: readonly LRScheduler[],
    private milestones: readonly number[],
  ) {
    requireOptimizer('SequentialLR', optimizer);
    requireMilestones('SequentialLR', schedulers, milestones);
    requireOne('SequentialLR', schedulers, optimizer);
    // Each has made its first step as it was made: back to the start, where the first alone makes it again.
    for (const group of optimizer.paramGroups) group.lr = group.initialLr ?? group.lr;
    for (const scheduler of schedulers) scheduler.lastEpoch = -1;
    const [first] = schedulers;
    first?.begin();
    this.lastLr = first?.getLastLr() ?? [];
  }

  /** Goes on by one step. */
  step(): void {
    this.lastEpoch++;
    const reached = this.milestones.filter((milestone) => milestone <= this.lastEpoch);
    const scheduler = this.schedulers[reached.length];
    if (reached.at(-1) === this.lastEpoch) scheduler?.stepTo(0);
    else scheduler?.step();
    this.lastLr = scheduler?.getLastLr() ?? this.lastLr;
  }

  /** The learning rate that was set last, of each group. */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  stateDict(): SequentialState {
    const { lastEpoch, lastLr, milestones } = this;
    return { lastEpoch, lastLr, milestones, schedulers: this.schedulers.map((s) => s.stateDict()) };
  }

  /** Goes on from where `stateDict()` was taken. @throws CheckpointError when it does not fit */
  loadStateDict({ lastEpoch, lastLr, milestones, schedulers }: SequentialState): void {
    loadAll('SequentialLR', this.schedulers, schedulers as readonly SchedulerState[]);
    this.lastEpoch = lastEpoch;
    this.lastLr = [...lastLr];
    this.milestones = [...milestones];
  }
}

/** What a chain is made of: any scheduler that steps without a metric. */
export interface ChainedPart<S = never> {
  readonly optimizer: Optimizer;
  step(): void;
  stateDict(): unknown;
  loadStateDict(state: S): void;
}

/** Several schedulers on one optimizer, stepped together. */
export class ChainedScheduler {
  readonly optimizer: Optimizer;

  constructor(private readonly schedulers: readonly ChainedPart[]) {
    const [first] = schedulers;
    if (first === undefined)
      throw new ValueError('ChainedScheduler', 'got no schedulers, at least one is required');
    this.optimizer = first.optimizer;
    requireOne('ChainedScheduler', schedulers, first.optimizer);
  }

  /** Steps each of them, in order. */
  step(): void {
    for (const scheduler of this.schedulers) scheduler.step();
  }

  /** The learning rate of each group now. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  stateDict(): CompositeState {
    return { lastLr: this.getLastLr(), schedulers: this.schedulers.map((s) => s.stateDict()) };
  }

  /** Goes on from where `stateDict()` was taken. @throws CheckpointError when it does not fit */
  loadStateDict({ schedulers }: CompositeState): void {
    loadAll('ChainedScheduler', this.schedulers, schedulers as readonly never[]);
  }
}

function requireOne(
  subject: string,
  schedulers: readonly { readonly optimizer: Optimizer }[],
  optimizer: Optimizer,
): void {
  if (schedulers.some((scheduler) => scheduler.optimizer !== optimizer))
    throw new ValueError(
      subject,
      'the schedulers belong to different optimizers, all must belong to one',
    );
}

/** Loads every state, or none. */
function loadAll<S>(
  subject: string,
  schedulers: readonly ChainedPart<S>[],
  states: readonly S[],
): void {
  if (!Array.isArray(states) || states.length !== schedulers.length)
    throw new CheckpointError(
      subject,
      `the state dict has ${states?.length ?? 'no'} schedulers, ${schedulers.length} are required`,
    );
  const before = schedulers.map((scheduler) => scheduler.stateDict() as S);
  try {
    schedulers.forEach((scheduler, i) => {
      scheduler.loadStateDict(states[i] as S);
    });
  } catch (error) {
    schedulers.forEach((scheduler, i) => {
      scheduler.loadStateDict(before[i] as S);
    });
    throw error;
  }
}
