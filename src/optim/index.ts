import '../ops/index.js'; // Tensor's methods and the engines, for whoever imports this room alone

export { Adam, type AdamGroupOptions, type AdamOptions, AdamW } from './adam.js';
export { type ClipGradNormOptions, clipGradNorm, clipGradValue } from './clip-grad.js';
export { type CyclicLROptions, cyclicLR, type OneCycleLROptions, oneCycleLR } from './cycles.js';
export { EMA, type EMAOptions } from './ema.js';
export * as lrScheduler from './lr-scheduler.js';
export { type GroupOptions, Optimizer, type Params } from './optimizer.js';
export type { OptimizerState, ParamState, SavedGroup } from './optimizer-state.js';
export type { Group, ParamGroup } from './param-group.js';
export { type ModelGroup, type ParamGroupsOptions, paramGroups } from './param-groups.js';
export { RMSprop, type RMSpropGroupOptions, type RMSpropOptions } from './rmsprop.js';
export {
  type ConstantLROptions,
  type CosineAnnealingLROptions,
  constantLR,
  cosineAnnealingLR,
  cosineAnnealingWarmRestarts,
  type ExponentialLROptions,
  exponentialLR,
  type LambdaLROptions,
  type LinearLROptions,
  lambdaLR,
  linearLR,
  type MultiStepLROptions,
  multiStepLR,
  type PolynomialLROptions,
  polynomialLR,
  type Schedule,
  type SequentialLROptions,
  type StepLROptions,
  sequentialLR,
  stepLR,
  type WarmRestartsOptions,
  type WithLr,
} from './schedules.js';
export { SGD, type SGDGroupOptions, type SGDOptions } from './sgd.js';
