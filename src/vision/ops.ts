/** Layers of the networks in `models`, under the names that torchvision's `ops` has for them. */
export { LayerNorm2d } from './models/layers/layer-norm2d.js';
export {
  SqueezeExcitation,
  type SqueezeExcitationOptions,
} from './models/layers/squeeze-excitation.js';
export { StochasticDepth, type StochasticDepthOptions } from './models/layers/stochastic-depth.js';
