/** Pictures: data sets, transforms, models, codecs. */
import '../ops/index.js'; // Tensor's methods and the engines, for whoever imports this room alone

export * as codecs from './codecs/index.js';
export * as datasets from './datasets/index.js';
export { type Channels, type FloatImage, Image, type ImageSize } from './image.js';
export * as inspect from './inspect/index.js';
export * as models from './models/index.js';
export * as ops from './ops.js';
export * as transforms from './transforms/index.js';
