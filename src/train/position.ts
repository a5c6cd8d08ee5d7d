import type { StateDict } from '../nn/module.js';
import type { TrainerFacts } from './facts-schema.js';
import { type EpochEvent, type FitSummary, RunningScores } from './metrics.js';
import { eventOf, factsOf, type TrainerState } from './trainer-state.js';

/** The part of an epoch's training that is over. */
export class TrainedPart {
  readonly scores = new RunningScores();
  batches = 0;
  /** Fewer than batches where batch norm has refused one. */
  steps = 0;
  /** Samples of the largest batch. */
  largest = 0;
  /** Learning rate of the last step. */
  lr = 0;
  trainMs = 0;
  waitMs = 0;
}

/** How far a training is. */
export class Position {
  /** The epoch that is going on or comes next, counted from 1, and the half of it that is to be done. */
  epoch = 1;
  phase: 'train' | 'measure' = 'train';
  part = new TrainedPart();
  globalStep = 0;
  /** Over all epochs that have ended: time that training took, and the part of it that steps waited for data. */
  trainMs = 0;
  waitMs = 0;
  /** Of the run before it was resumed. */
  durationMs = 0;
  /** Learning rate before the first step. */
  startLr = 0;
  /** Times that it went back to a checkpoint. */
  rollbacks = 0;
  /** Whether batch norm has refused a batch of one sample. */
  skipsSingles = false;
  last: EpochEvent | null = null;
  best: EpochEvent | null = null;
  bestWeights: StateDict | null = null;

  /** The part of a summary that is known of it. */
  summary() {
    const { last, best, globalStep, part } = this;
    const [trainMs, waitMs] = [this.trainMs + part.trainMs, this.waitMs + part.waitMs];
    return {
      epochs: last?.epoch ?? 0,
      steps: globalStep,
      last,
      best,
      waitShare: trainMs === 0 ? 0 : waitMs / trainMs,
    };
  }

  /** In words, for a training that goes on. */
  where(epochs: number): string {
    const { epoch, globalStep, phase } = this;
    if (epoch > epochs)
      return `all ${epochs} epochs are trained already; it goes on where epochs are raised`;
    const where = phase === 'measure' ? 'with the evaluation of epoch' : 'in epoch';
    return `goes on ${where} ${epoch} of ${epochs}, after ${globalStep} steps`;
  }

  /** What JSON can hold of it. */
  facts() {
    const { epoch, phase, part, globalStep, trainMs, waitMs, startLr, rollbacks, skipsSingles } =
      this;
    const { scores, ...counts } = part;
    return {
      epoch,
      phase,
      part: { sums: scores.stateDict(), ...counts },
      globalStep,
      trainMs,
      waitMs,
      startLr,
      rollbacks,
      skipsSingles,
      last: factsOf(this.last),
      best: factsOf(this.best),
    };
  }

  static from(facts: TrainerFacts, bestWeights: StateDict | null): Position {
    const { epoch, phase, globalStep, trainMs, waitMs, durationMs } = facts;
    const { startLr, rollbacks, skipsSingles } = facts;
    const position = new Position();
    const { sums, ...counts } = facts.part;
    Object.assign(position.part, counts);
    position.part.scores.loadStateDict(sums);
    return Object.assign(position, {
      ...{ epoch, phase, globalStep, trainMs, waitMs, durationMs, bestWeights },
      ...{ startLr, rollbacks, skipsSingles },
      last: eventOf(facts.last),
      best: eventOf(facts.best),
    });
  }
}

/** What a training that is stopped before it goes on has come to: what it had at its checkpoint. */
export function summaryOf({ facts, bestWeights }: TrainerState): FitSummary {
  const { durationMs } = facts;
  const position = Position.from(facts, bestWeights).summary();
  return { ...position, test: null, durationMs, interrupted: true, stopReason: null };
}
