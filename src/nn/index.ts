export { Parameter } from '../tensor/parameter.js';
export {
  GELU,
  type GELUOptions,
  LeakyReLU,
  LogSoftmax,
  ReLU,
  type ReLUOptions,
  Sigmoid,
  SiLU,
  Softmax,
  Tanh,
} from './activations.js';
export { BatchNorm1d, BatchNorm2d, type BatchNormOptions } from './batch-norm.js';
export { Buffer, type BufferOptions } from './buffer.js';
export { ModuleList, Sequential } from './containers.js';
export { Conv2d, type Conv2dOptions } from './conv.js';
export { Dropout, Dropout2d } from './dropout.js';
export * as functional from './functional.js';
export type { ForwardHook, ForwardPreHook, FullBackwardHook, HookHandle } from './hooks.js';
export * as init from './init.js';
export { Linear } from './linear.js';
export type { LoadOptions, LoadResult } from './load-state.js';
export {
  BCELoss,
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  L1Loss,
  MSELoss,
  NLLLoss,
  SmoothL1Loss,
} from './losses.js';
export { type Member, Module, type StateDict } from './module.js';
export {
  GroupNorm,
  type GroupNormOptions,
  LayerNorm,
  type LayerNormOptions,
} from './normalization.js';
export { AdaptiveAvgPool2d, AvgPool2d, MaxPool2d } from './pooling.js';
export { Flatten, Identity } from './shape-layers.js';
export { stateKey } from './state-key.js';
