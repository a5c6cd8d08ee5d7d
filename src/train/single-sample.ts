import { ValueError } from '../core/errors.js';
import type { Module } from '../nn/module.js';
import { defaultGenerator } from '../tensor/generator.js';
import { noGrad } from '../tensor/grad-mode.js';
import { copyWeights } from './copy-weights.js';

/** A step on a batch of one sample; null where batch norm refuses it, which leaves everything as it was. */
export function unlessRefused<T>(model: Module, step: () => T): T | null {
  const before = copyWeights(model);
  const drawn = noGrad(() => defaultGenerator.state.clone());
  try {
    return step();
  } catch (error) {
    if (!(error instanceof ValueError && error.subject === 'batchNorm')) throw error;
    model.loadStateDict(before); // Layers before the one that refused have counted the sample.
    noGrad(() => defaultGenerator.state.copy_(drawn));
    return null;
  }
}
