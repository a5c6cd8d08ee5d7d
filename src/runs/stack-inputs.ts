import { cat } from '../ops/functions.js';
import { fromArray } from '../tensor/creation.js';
import { readElements } from '../tensor/execute.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * Inputs `[1, C, H, W]` as one batch `[N, C, H, W]`. What a transform has just made is copied here: an op would take the elements
 * into the engine's memory, and the network its result from there.
 */
export function stackInputs(inputs: readonly Tensor[]): Tensor {
  const [first] = inputs;
  if (first !== undefined && inputs.length === 1) return first;
  if (first === undefined || !inputs.every(isHere)) return cat(inputs);
  const size = first.numel();
  const data = new Float32Array(inputs.length * size);
  inputs.forEach((input, n) => {
    data.set(readElements(input, 'stackInputs'), n * size);
  });
  return fromArray(data, [inputs.length, ...first.shape.slice(1)]);
}

function isHere({ storage, dtype }: Tensor): boolean {
  return storage.isHere && dtype === 'float32';
}
