/** The part of room `vision` that needs no files. */
export { type Channels, type FloatImage, Image } from '../vision/image.js';
export * as models from '../vision/models/architectures.js';
export * as ops from '../vision/ops.js';
export * as transforms from '../vision/transforms/index.js';
export * as datasets from './datasets.js';
