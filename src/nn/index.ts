import '../ops/index.js'; // Tensor's methods and the engines, for whoever imports this room alone

export { Parameter, type ParameterOptions } from '../tensor/parameter.js';
export {
  GELU,
  type GELUOptions,
  LeakyReLU,
  LogSoftmax,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Tanh,
} from './activations.js';
export { BatchNorm1d, BatchNorm2d, type BatchNormOptions } from './batch-norm.js';
export { Buffer, type BufferOptions } from './buffer.js';
export { ModuleList, Sequential } from './containers.js';
export { Conv2d, type Conv2dOptions, type ConvPaddingMode } from './conv.js';
export { ConvTranspose2d, type ConvTranspose2dOptions } from './conv-transpose.js';
export { Dropout, Dropout2d } from './dropout.js';
export { Embedding } from './embedding.js';
export { type FreezeOptions, freeze, unfreeze } from './freeze.js';
export * as functional from './functional.js';
export type {
  BCELossOptions,
  BCEWithLogitsOptions,
  CrossEntropyOptions,
  LossOptions,
  NLLLossOptions,
  SmoothL1LossOptions,
} from './functional-losses.js';
export {
  ELU,
  Hardsigmoid,
  Hardswish,
  Mish,
  PReLU,
  ReLU6,
  Softplus,
} from './gates.js';
export type { ForwardHook, ForwardPreHook, FullBackwardHook, HookHandle } from './hooks.js';
export * as init from './init.js';
export type { InplaceOptions } from './inplace.js';
export { InstanceNorm2d, type InstanceNormOptions } from './instance-norm.js';
export type { InterpolateOptions } from './interpolate.js';
export { Linear, type LinearOptions } from './linear.js';
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
export { ModuleDict, ParameterList } from './module-dict.js';
export { MultiheadAttention, type MultiheadAttentionOptions } from './multihead-attention.js';
export {
  GroupNorm,
  type GroupNormOptions,
  LayerNorm,
  type LayerNormOptions,
} from './normalization.js';
export {
  ConstantPad2d,
  type Padding4,
  ReflectionPad2d,
  ReplicationPad2d,
  ZeroPad2d,
} from './padding.js';
export { AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, MaxPool2d } from './pooling.js';
export { Flatten, Identity, Unflatten } from './shape-layers.js';
export { stateKey } from './state-key.js';
export { Upsample } from './upsample.js';
