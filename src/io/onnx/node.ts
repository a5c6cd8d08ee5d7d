/** A node of a network as an importer sees it: its attributes, what is known of its inputs, and layers in the module's tree. */
import type { Module } from '../../nn/module.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Attributes } from './attributes.js';
import type { Initializer } from './literal.js';
import { asTensor, Numbers, type Value } from './values.js';

/** Computes a node's outputs of its inputs; those left out are undefined. */
export type Run = (inputs: Inputs) => Value | readonly Value[];

/** Reads a node's attributes, once, and says what computes it. */
export type Importer = (node: ImportedNode) => Run;

export type Importers = Readonly<Record<string, Importer>>;

export interface ImportedNode {
  readonly attributes: Attributes;
  /** The version of ONNX's operators. */
  readonly opset: number;
  readonly inputCount: number;
  /** Up to the last that somebody reads. */
  readonly outputCount: number;
  /** The weights that input `i` is, where no other node reads them. */
  weights(i: number): Initializer | null;
  /** The number that input `i` is in every run; undefined where it is left out. @throws CheckpointError where it is computed */
  constant(i: number): number | undefined;
  /** The few numbers that input `i` is in every run; undefined where it is computed, left out or empty. */
  numbers(i: number): readonly number[] | undefined;
  /** Puts a layer where the names of these inputs say, and fills its tensors (by their names in it) with them; the one that is there when the network runs. */
  layer(inputs: Readonly<Record<string, number>>, make: () => Module): () => Module;
  fail(detail: string): Error;
}

/** The inputs of a node in one run. */
export class Inputs {
  constructor(
    private readonly values: readonly (Value | undefined)[],
    private readonly fail: (detail: string) => Error,
  ) {}

  get all(): readonly Value[] {
    return this.values.map((_, i) => this.value(i));
  }

  /** All of them where they are whole numbers; else null. */
  asNumbers(): readonly Numbers[] | null {
    const numbers = this.values.filter((value) => value instanceof Numbers);
    return numbers.length > 0 && numbers.length === this.values.length ? numbers : null;
  }

  has(i: number): boolean {
    return this.values[i] !== undefined;
  }

  value(i: number): Value {
    const value = this.values[i];
    if (value === undefined) throw this.fail(`lacks input ${i}`);
    return value;
  }

  tensor(i: number): Tensor {
    return asTensor(this.value(i));
  }

  /** Whole numbers, which shapes and constants are. */
  numbers(i: number): readonly number[] {
    const value = this.value(i);
    if (value instanceof Numbers) return value.data;
    throw this.fail(
      `computes its input ${i} from pixels, where only sizes and constants are allowed`,
    );
  }

  /** The same, or `otherwise` where the input is left out. */
  numbersOr<T>(i: number, otherwise: T): readonly number[] | T {
    return this.has(i) ? this.numbers(i) : otherwise;
  }
}
