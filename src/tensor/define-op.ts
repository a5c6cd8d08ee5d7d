import { operands, registerOp } from '../graph/op.js';
import type { OpAttrs, OpName } from '../graph/op-attrs.js';
import { applyInPlace, applyOp, type OpDefinition, type Tensor } from './tensor.js';

/** An op as code calls it: `conv2d([x, w], attrs)`. */
export interface Op<N extends OpName> {
  /** Runs the op; returns output 0. */
  (inputs: readonly Tensor[], attrs: OpAttrs[N]): Tensor;
  /** Runs the op; returns every output. */
  all(inputs: readonly Tensor[], attrs: OpAttrs[N]): readonly Tensor[];
  /**
   * Runs the op over its own inputs (`OpSpec.inPlace`); `name` is the method that errors speak of. Returns the outputs
   * that replace nothing.
   */
  inPlace(name: string, inputs: readonly Tensor[], attrs: OpAttrs[N]): readonly Tensor[];
  readonly definition: OpDefinition<N>;
}

/** Registers an op and returns the function that calls it: the only way in which kernels come to run. */
export function defineOp<N extends OpName>(
  name: N,
  definition: Omit<OpDefinition<N>, 'name'>,
): Op<N> {
  const full: OpDefinition<N> = { name, ...definition };
  registerOp(full);
  const all = (inputs: readonly Tensor[], attrs: OpAttrs[N]) => applyOp(full, inputs, attrs);
  const first = (inputs: readonly Tensor[], attrs: OpAttrs[N]) => operands(all(inputs, attrs))[0];
  return Object.assign(first, {
    all,
    inPlace: (method: string, inputs: readonly Tensor[], attrs: OpAttrs[N]) =>
      applyInPlace(full, method, inputs, attrs),
    definition: full,
  });
}
