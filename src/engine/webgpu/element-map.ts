/** Element-wise functions before they are a kernel, as those know them who put several into one. */
import type { Shape } from '../../core/shape.js';
import type { Value } from '../../graph/graph.js';

/** What an element-wise kernel reads: a tensor, and how a walk over the result moves in it. */
export interface Operand {
  readonly value: Value;
  /** Left out where it moves as the result does. */
  readonly strides?: readonly number[];
}

/** A value in a thread: an operand's element, or what an earlier stage has made. */
export type Argument = { readonly operand: number } | { readonly stage: number };

/** One function of a chain: WGSL of its result, given names of its arguments. */
export interface Stage {
  readonly expression: (...args: string[]) => string;
  readonly args: readonly Argument[];
}

/** Element-wise functions one after another, of which the last makes the result. */
export interface ElementMap {
  readonly name: string;
  readonly shape: Shape;
  readonly operands: readonly Operand[];
  readonly stages: readonly Stage[];
  readonly target: Value;
}
