/** The namespace `autograd`. */
export { type BackwardOptions, type GradOptions, grad } from './tensor/autograd.js';
export { isGradEnabled } from './tensor/grad-mode.js';
export { enableGrad, noGrad } from './tensor/grad-scopes.js';
export { type GradcheckOptions, gradcheck } from './tensor/gradcheck.js';
export type { GradHook } from './tensor/tensor.js';
