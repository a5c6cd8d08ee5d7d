/** Data sets and loaders. */
export { type Collated, defaultCollate } from './collate.js';
export { ConcatDataset } from './concat-dataset.js';
export { DataLoader, type DataLoaderOptions, type DataLoaderState } from './dataloader.js';
export type { Dataset, ModuleCall, Sample } from './dataset.js';
export {
  type Batches,
  BatchSampler,
  classBalancedSampler,
  RandomSampler,
  type Sampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
} from './samplers.js';
export { kFold, randomSplit } from './split.js';
export { Subset } from './subset.js';
export { TensorDataset } from './tensor-dataset.js';
