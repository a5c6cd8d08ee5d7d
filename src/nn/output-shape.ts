import { numel, type Shape } from '../core/shape.js';
import { noGrad } from '../tensor/grad-mode.js';
import { withShapesOnly } from '../tensor/shapes-only.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { inEvaluation } from './modes.js';
import type { Module } from './module.js';

/**
 * The shape of what a module makes of float32 inputs of `shape` in evaluation mode. Nothing is computed, so that it costs
 * neither the time nor the memory of a run; an index out of range is not noticed.
 *
 * @throws what its ops throw where they do not fit together
 */
export function outputShape(module: Module, shape: Shape): Shape {
  const input = new Tensor(Storage.symbolic('float32', numel(shape)), shape);
  return inEvaluation(module, () => withShapesOnly(() => noGrad(() => module(input).shape)));
}
