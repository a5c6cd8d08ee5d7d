/** Op cases whose operands and results a plan of precision `float16` stores in half. */
import { nn, ones, Tensor } from '../../../src/index.js';
import { type InputSpec, inputValues, type OpCase } from '../../ops/op-case.js';

/** By how much of itself a number changes at most when it is rounded to the nearest half float: it has 11 significant bits. */
export const rounding = 2 ** -11;

/** The nearest number that half floats hold, which beyond 65504 is infinite. */
export function toHalf(x: number): number {
  if (Math.abs(x) >= 65520) return Math.sign(x) * Number.POSITIVE_INFINITY;
  const step = 2 ** Math.max(-24, Math.floor(Math.log2(Math.abs(x))) - 10);
  return Number.isFinite(x) && x !== 0 ? Math.round(x / step) * step : x;
}

/** The tensor as what a layer makes, which is stored in half. */
export function activation(x: Tensor): Tensor {
  if (x.dtype !== 'float32' || x.numel() === 0) return x;
  return nn.functional.linear(x.reshape([x.numel(), 1]), ones([1, 1])).reshape(x.shape);
}

/** The tensor as the result of one more kernel, so that it is not the caller's itself. */
export function passed(x: Tensor): Tensor {
  return x.dtype !== 'float32' || x.ndim === 0 || x.numel() === 0 ? x : x.flip(x.ndim - 1);
}

/** The case on activations, of numbers that half floats hold: what is rounded is what it stores itself. */
export function amongActivations({ run, name, inputs, ...opCase }: OpCase): OpCase {
  const exact = (spec: InputSpec, place: number): InputSpec => ({
    ...spec,
    values: [...inputValues(name, spec, place)].map(toHalf),
  });
  return {
    ...{ ...opCase, name, inputs: inputs.map(exact) },
    run: (...given) => {
      const result = run(...given.map(activation));
      return result instanceof Tensor ? passed(result) : result.map(passed);
    },
  };
}
