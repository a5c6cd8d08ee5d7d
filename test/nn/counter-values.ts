/** Numbers that tests and goldens make from the same formula (scripts/goldens/counter_values.py). */
import { numel, type Shape } from '../../src/core/shape.js';
import type { Module } from '../../src/nn/module.js';
import { fromArray } from '../../src/tensor/creation.js';
import { noGrad } from '../../src/tensor/grad-mode.js';
import type { Tensor } from '../../src/tensor/tensor.js';

/** A float32 tensor; element i is a hash of (i, salt) spread over [low, high). */
export function counterValues(shape: Shape, salt: number, low = -1, high = 1): Tensor {
  const data = new Float32Array(numel(shape));
  const offset = Math.imul(salt, 0x85ebca77);
  for (let i = 0; i < data.length; i++) {
    let x = (Math.imul(i, 0x9e3779b1) + offset) >>> 0;
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) >>> 0;
    x = Math.imul(x ^ (x >>> 12), 0x297a2d39) >>> 0;
    x = (x ^ (x >>> 15)) >>> 0;
    data[i] = low + (high - low) * (x / 2 ** 32);
  }
  return fromArray(data, shape);
}

/** Gives every floating tensor of the state dict such numbers, variances positive ones. */
export function fillState(module: Module, salt = 100, scale = 0.5): void {
  let place = salt;
  for (const [name, tensor] of module.stateDict()) {
    const [low, high] = name.endsWith('running_var') ? [0.5, 1.5] : [-scale, scale];
    const values = counterValues(tensor.shape, place++, low, high);
    if (tensor.dtype === 'float32') noGrad(() => tensor.copy_(values));
  }
}
