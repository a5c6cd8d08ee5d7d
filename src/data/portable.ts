/** What Node and browsers share of data sets and loading. */
export { type Collated, defaultCollate } from './collate.js';
export { ConcatDataset } from './concat-dataset.js';
export {
  DataLoader,
  type DataLoaderOptions,
  type DataLoaderState,
} from './dataloader.js';
export type { Dataset, ModuleCall, Sample } from './dataset.js';
export type { SkippedSample } from './fetch-batch.js';
export type { BatchTransform, PairBatch } from './pair-batch.js';
export {
  type Batches,
  BatchSampler,
  type BatchSamplerOptions,
  classBalancedSampler,
  RandomSampler,
  type RandomSamplerOptions,
  type Sampler,
  SequentialSampler,
  type Sized,
  SubsetRandomSampler,
  WeightedRandomSampler,
  type WeightedRandomSamplerOptions,
} from './samplers.js';
export { type Fold, type KFoldOptions, kFold, randomSplit, type SplitOptions } from './split.js';
export { Subset } from './subset.js';
export { type Rows, TensorDataset } from './tensor-dataset.js';
export type { ModuleFunction } from './workers/protocol.js';
