import { type PlateauSchedulerState, ReduceLROnPlateau, StepLR } from '../optim/lr-scheduler.js';
import type { Optimizer } from '../optim/optimizer.js';
import type { Schedule } from '../train/trainer-options.js';

/** How a learning rate changes from epoch to epoch, as data. */
export type ScheduleSpec =
  /** Times `gamma` after every `stepSize` epochs. */
  | { readonly kind: 'step'; readonly stepSize: number; readonly gamma: number }
  /** Times `factor` when the test loss has not fallen for more than `patience` epochs. */
  | { readonly kind: 'plateau'; readonly patience: number; readonly factor: number };

export function makeSchedule(optimizer: Optimizer, spec: ScheduleSpec): Schedule {
  if (spec.kind === 'step') return new StepLR(optimizer, spec.stepSize, { gamma: spec.gamma });
  const { patience, factor } = spec;
  const plateau = new ReduceLROnPlateau(optimizer, { patience, factor });
  return {
    step: (loss = Number.NaN) => plateau.step(loss),
    stateDict: () => plateau.stateDict(),
    loadStateDict: (state: PlateauSchedulerState) => plateau.loadStateDict(state),
  };
}
