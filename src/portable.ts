/** The public names that Node and browsers share. Rooms are namespaces; what everybody uses stands at the top. */
import './ops/index.js';

export * as autograd from './autograd.js';
export * as backends from './backends.js';
export {
  type Compiled,
  type CompileOptions,
  compile,
} from './compile/compile.js';
export { type Device, device } from './core/device.js';
export type { DType, DTypeName, TypedArray } from './core/dtype.js';
export {
  CaptureError,
  CheckpointError,
  DataError,
  DTypeError,
  EngineError,
  NotFiniteError,
  type NotFinitePlace,
  ShapeError,
  ValueError,
  WickError,
} from './core/errors.js';
export { Rng } from './core/rng.js';
export type { Shape, Size2d } from './core/shape.js';
export * as cuda from './cuda.js';
export type {
  Buffer as EngineBuffer,
  Engine,
  EngineFacts,
  Plan,
  PrepareOptions,
  Use as BufferUse,
} from './engine/engine.js';
export {
  type EngineSettings,
  type OpenEngine,
  type RegisterOptions,
  registerEngine,
} from './engine/registry.js';
export {
  currentEngine,
  type DeviceChoice,
  type EngineReport,
  engineReport,
  setThreads,
  setWinograd,
  useDevice,
  useEngine,
} from './engine/select.js';
export type { GeluAttrs, SoftplusAttrs } from './graph/attrs/elementwise.js';
export type { Graph, GraphNode, Value } from './graph/graph.js';
export type { NdArray, Operands, OpSpec, TensorType } from './graph/op.js';
export type { OpName } from './graph/op-attrs.js';
export * as metrics from './metrics/index.js';
export * as nn from './nn/index.js';
export { einsum } from './ops/einsum.js';
export {
  abs,
  add,
  all,
  amax,
  amin,
  any,
  argmax,
  argmin,
  argsort,
  bmm,
  cat,
  ceil,
  chunk,
  clamp,
  cos,
  cumsum,
  div,
  eq,
  erf,
  exp,
  flatten,
  flip,
  floor,
  gather,
  ge,
  gt,
  indexSelect,
  isfinite,
  isnan,
  le,
  lerp,
  log,
  logSoftmax,
  logsumexp,
  lt,
  matmul,
  max,
  maximum,
  mean,
  min,
  minimum,
  mul,
  narrow,
  ne,
  neg,
  norm,
  permute,
  pow,
  prod,
  relu,
  reshape,
  roll,
  round,
  scatter,
  scatterAdd,
  sigmoid,
  sign,
  sin,
  softmax,
  sort,
  split,
  sqrt,
  square,
  squeeze,
  stack,
  std,
  sub,
  sum,
  tanh,
  topk,
  transpose,
  unsqueeze,
  where,
} from './ops/functions.js';
export type { Index, Range } from './ops/methods/indexing.js';
export type { SortOptions, TopkOptions } from './ops/methods/ordering.js';
export type { Dims, ReductionOptions, VarianceOptions } from './ops/methods/reduction.js';
export type { ShapeArguments } from './ops/methods/shape.js';
export type { TensorLike } from './ops/operand.js';
export {
  type RandomOptions,
  rand,
  randint,
  randintLike,
  randLike,
  randn,
  randnLike,
  randperm,
} from './ops/random.js';
export { ValuesAndIndices } from './ops/values-and-indices.js';
export * as optim from './optim/index.js';
export type { StepResult } from './record/step-result.js';
export {
  arange,
  eye,
  full,
  fullLike,
  linspace,
  type NestedArray,
  ones,
  onesLike,
  type TensorData,
  type TensorOptions,
  tensor,
  type ValuesOptions,
  zeros,
  zerosLike,
} from './tensor/creation.js';
export { Generator, initialSeed, manualSeed } from './tensor/generator.js';
export { isGradEnabled } from './tensor/grad-mode.js';
export { enableGrad, noGrad } from './tensor/grad-scopes.js';
export type { NumberArray } from './tensor/number-arrays.js';
export { Parameter, type ParameterOptions } from './tensor/parameter.js';
export type { Storage } from './tensor/storage.js';
export { type GradEdge, type GradHook, type GradNode, Tensor } from './tensor/tensor.js';
