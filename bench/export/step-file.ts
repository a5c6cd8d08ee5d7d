/** A step as the peers in JavaScript read it: the recorded graph, what its inputs hold, and what must come out. */
import type { DType } from '../../src/core/dtype.js';
import type { Shape } from '../../src/core/shape.js';

export interface ValueOfFile {
  readonly id: number;
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface StepFile {
  /** Inputs of the graph: the arguments first, then the states. */
  readonly inputs: readonly (ValueOfFile & {
    /** Where the elements start in `arraysFile`, in bytes. */
    readonly offset: number;
    /** The value that it has in the next step, where the step changes it. */
    readonly next?: number;
  })[];
  readonly nodes: readonly {
    readonly op: string;
    readonly attrs: object;
    readonly inputs: readonly ValueOfFile[];
    readonly outputs: readonly ValueOfFile[];
  }[];
  /** The loss, or for inference the sum of the logits. */
  readonly result: number;
  /** The input that holds the learning rate of a training step. */
  readonly rate?: number;
  /** The learning rate of `expected`, and that of the steps that are timed. */
  readonly rates: { readonly checked: number; readonly timed: number };
  /** What wick's first steps return, without dropout. */
  readonly expected: readonly number[];
}

export const stepFile = 'step.json';
export const arraysFile = 'arrays.bin';
export const onnxFile = 'step.onnx';
