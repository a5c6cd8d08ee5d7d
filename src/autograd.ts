/** The namespace `autograd`. */
export { type BackwardOptions, type GradOptions, grad } from './tensor/autograd.js';
export { enableGrad, isGradEnabled, noGrad } from './tensor/grad-mode.js';
export { gradcheck } from './tensor/gradcheck.js';
export type { GradHook } from './tensor/tensor.js';
