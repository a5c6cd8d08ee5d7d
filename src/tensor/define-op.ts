import { operands, registerOp } from '../graph/op.js';
import { applyInPlace, applyOp, type OpDefinition, type Tensor } from './tensor.js';

/** An op as code calls it: `conv2d([x, w], attrs)`. */
export interface Op<A extends object> {
  /** Runs the op; returns output 0. */
  (inputs: readonly Tensor[], attrs: A): Tensor;
  /** Runs the op; returns every output. */
  all(inputs: readonly Tensor[], attrs: A): readonly Tensor[];
  /**
   * Runs the op over its own inputs (`OpSpec.inPlace`); `name` is the method that errors speak of. Returns the outputs
   * that replace nothing.
   */
  inPlace(name: string, inputs: readonly Tensor[], attrs: A): readonly Tensor[];
  readonly definition: OpDefinition<A>;
}

/** Registers an op and returns the function that calls it: the only way in which kernels come to run. */
export function defineOp<A extends object = Record<never, never>>(
  name: string,
  definition: Omit<OpDefinition<A>, 'name'>,
): Op<A> {
  const full: OpDefinition<A> = { name, ...definition };
  registerOp(full);
  const all = (inputs: readonly Tensor[], attrs: A) => applyOp(full, inputs, attrs);
  const first = (inputs: readonly Tensor[], attrs: A) => operands(all(inputs, attrs))[0];
  return Object.assign(first, {
    all,
    inPlace: (method: string, inputs: readonly Tensor[], attrs: A) =>
      applyInPlace(full, method, inputs, attrs),
    definition: full,
  });
}
