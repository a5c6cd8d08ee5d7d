import type { Module, StateDict } from '../nn/module.js';
import { noGrad } from '../tensor/grad-mode.js';

/** The model's weights and buffers as they are now. */
export function copyWeights(model: Module): StateDict {
  return noGrad(() => new Map([...model.stateDict()].map(([key, value]) => [key, value.clone()])));
}
