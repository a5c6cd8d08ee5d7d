import {
  CheckpointError,
  DTypeError,
  reasonOf,
  ShapeError,
  ValueError,
} from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { type Member, Module } from '../../nn/module.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { OnnxFailure } from './failure.js';
import { Inputs, type Run } from './node.js';
import type { OnnxScope } from './onnx-scope.js';
import type { Value } from './values.js';

/** One node of the network. */
export interface Step {
  readonly run: Run;
  /** Names of values; an empty one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Values that no later step reads. */
  readonly last?: readonly string[];
  readonly fail: OnnxFailure;
}

/** What a file says beside the network. */
export interface OnnxInfo {
  /** `metadata_props`: in wick's files `classes`, `transform` and, of a run, `architecture`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The version of ONNX's operators. */
  readonly opset: number;
  /** What wrote it, such as `pytorch 2.1.0`; empty where it does not say. */
  readonly producer: string;
  /** Sizes of the input; null for those that may be any. */
  readonly inputShape: readonly (number | null)[];
}

/**
 * A network that was read from an ONNX file. Convolutions, linear layers and normalisations that have weights of their own are
 * modules, under the names of those weights; other weights are parameters, and all else is computed between them.
 */
export class OnnxModule extends Module {
  constructor(
    private readonly scope: OnnxScope,
    readonly info: OnnxInfo,
    private readonly steps: readonly Step[],
    /** Those without a layer, and constants. */
    private readonly values: ReadonlyMap<string, Value>,
    private readonly ends: { readonly input: string; readonly output: string },
    /** @internal The layer that gives the logits; null where no layer does. */
    readonly head: (() => Module) | null,
  ) {
    super();
  }

  override members(): readonly (readonly [string, Member])[] {
    return this.scope.members();
  }

  protected override replaceChild(name: string, module: Module): void {
    this.scope.setSubmodule(name, module);
  }

  /**
   * @throws ShapeError for inputs that the network does not take, where they are of another size than the file says or it says none
   * @throws CheckpointError naming the file and the node, where nodes do not fit together for inputs of the file's own size
   */
  override forward(x: Tensor): Tensor {
    try {
      return this.run(x);
    } catch (cause) {
      const { inputShape } = this.info;
      const isOther = (size: number | null, dim: number) => size !== null && size !== x.shape[dim];
      const isSaid = inputShape.length === x.ndim || inputShape.length === 0;
      const isFree = inputShape.length === 0 || inputShape.slice(1).includes(null);
      const isMisfit = cause instanceof CheckpointError && saysMisfit(cause.cause);
      if (isSaid && !inputShape.some(isOther) && !(isFree && isMisfit)) throw cause;
      const wanted = inputShape.map((size) => size ?? 'any').join();
      const detail = isMisfit ? cause.detail : reasonOf(cause);
      throw new ShapeError(
        'onnx',
        `inputs ${formatShape(x.shape)} are given, the network takes [${wanted}] (${detail})`,
        { cause },
      );
    }
  }

  private run(x: Tensor): Tensor {
    const made = new Map<string, Value>([[this.ends.input, x]]);
    const named = (name: string) => made.get(name) ?? this.values.get(name);
    for (const { run, inputs, outputs, last = [], fail } of this.steps) {
      const given = inputs.map(named);
      const result = asNode(given, fail, () => run(new Inputs(given, fail)));
      const list = isList(result) ? result : [result];
      outputs.forEach((name, i) => {
        const value = list[i];
        if (value !== undefined) made.set(name, value);
      });
      for (const name of last) made.delete(name);
    }
    return new Inputs([named(this.ends.output)], (detail) => new ValueError('onnx', detail)).tensor(
      0,
    );
  }
}

/** What a node computes; where an op does not take what the node gives it, the error says which node that is. */
function asNode<T>(inputs: readonly (Value | undefined)[], fail: OnnxFailure, compute: () => T): T {
  try {
    return compute();
  } catch (cause) {
    if (!saysMisfit(cause)) throw cause;
    // What a layer has taken is no input any more.
    const given = inputs.flatMap((value) => (value === undefined ? [] : formatShape(value.shape)));
    throw fail(`does not take ${given.join(', ') || 'what it has'} (${reasonOf(cause)})`, cause);
  }
}

/** Whether an op has refused its operands. */
function saysMisfit(cause: unknown): boolean {
  const kinds: readonly unknown[] = [ShapeError, DTypeError, ValueError];
  return cause instanceof Error && kinds.includes(cause.constructor);
}

function isList(result: ReturnType<Run>): result is readonly Value[] {
  return Array.isArray(result);
}
