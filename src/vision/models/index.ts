/** Networks by name, and the weights that are published for them: for Node, where files can be read. */
export * from './architectures.js';
export { getModel } from './get-model.js';
export { imagenetClasses } from './weights/imagenet-classes.js';
export * from './weights/named.js';
export type { FindOptions, WeightsChoice } from './weights/pretrained.js';
export type { WeightsRow } from './weights/table.js';
export {
  getModelWeights,
  type PublishedArchitecture,
  publishedWeights,
  type TransformsOptions,
  Weights,
  type WeightsOf,
} from './weights/weights.js';
