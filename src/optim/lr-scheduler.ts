/** Learning-rate schedulers as PyTorch users know them. */
export {
  type ChainedPart,
  ChainedScheduler,
  type CompositeState,
  SequentialLR,
  type SequentialState,
} from './composite-schedulers.js';
export {
  CyclicLR,
  type CyclicSchedulerOptions,
  OneCycleLR,
  type OneCycleSchedulerOptions,
} from './cycle-schedulers.js';
export {
  type PlateauOptions,
  type PlateauSchedulerState,
  ReduceLROnPlateau,
} from './reduce-lr-on-plateau.js';
export { LRScheduler, type SchedulerState } from './scheduler.js';
export {
  ConstantLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  type EpochFunction,
  ExponentialLR,
  type ForGroups,
  LambdaLR,
  LinearLR,
  MultiplicativeLR,
  MultiStepLR,
  PolynomialLR,
  StepLR,
} from './schedulers.js';
