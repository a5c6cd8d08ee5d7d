/** Pictures: data sets, transforms, models, codecs. */
export * as codecs from './codecs/index.js';
export * as datasets from './datasets/index.js';
export { type Channels, type FloatImage, Image } from './image.js';
export * as inspect from './inspect/index.js';
export * as models from './models/index.js';
export * as transforms from './transforms/index.js';
