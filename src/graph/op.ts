/**
 * The op table. An op is a pure function on arrays with a name, a shape rule and a plain kernel; `src/ops/` registers
 * one per file, and everything else (engines, tape, recorder, summary) looks ops up here and so needs no op by name.
 */
import type { DType, TypedArray } from '../core/dtype.js';
import { internalError } from '../core/errors.js';
import type { Shape } from '../core/shape.js';
import type { OpAttrs, OpName } from './op-attrs.js';

/** What is known of a tensor before it has values. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A row-major array with its shape, as kernels see tensors. */
export interface NdArray extends TensorType {
  readonly data: TypedArray;
}

/** An op's inputs or outputs. How many there are is the op's own matter, so the first places count as filled. */
export interface Operands<T> extends ReadonlyArray<T> {
  readonly 0: T;
  readonly 1: T;
  readonly 2: T;
  readonly 3: T;
  readonly 4: T;
  readonly 5: T;
  readonly 6: T;
  readonly 7: T;
}

/** `list` as an op takes it. */
export function operands<T>(list: readonly T[]): Operands<T> {
  return list as unknown as Operands<T>; // the one place where arity is taken on trust
}

/** What engines, the recorder and the tape know of an op. */
export interface OpSpec<N extends OpName = OpName> {
  readonly name: N;

  /** The output is the first input under another shape: no kernel runs, the storage is shared. */
  readonly view?: boolean;

  /**
   * Output k may be written over input `inPlace[k]`: the kernel reads an element (or a whole row) before it writes it.
   * In-place tensor methods and optimizer updates need it; without it outputs and inputs never overlap.
   */
  readonly inPlace?: readonly number[];

  /** Types of the outputs; the only place where shapes, dtypes and attributes are checked. */
  infer(inputs: Operands<TensorType>, attrs: OpAttrs[N]): readonly TensorType[];

  /** The oracle kernel: plain loops with float64 accumulation; writes every element of every output. */
  reference(inputs: Operands<NdArray>, outputs: Operands<NdArray>, attrs: OpAttrs[N]): void;

  /** Multiply-adds of one run; 0 when absent. */
  multiplyAdds?(
    inputs: Operands<TensorType>,
    outputs: Operands<TensorType>,
    attrs: OpAttrs[N],
  ): number;
}

const table = new Map<OpName, OpSpec>();

/** Adds an op to the table; a name can be taken once. */
export function registerOp<N extends OpName>(spec: OpSpec<N>): void {
  if (table.has(spec.name)) throw internalError(`op '${spec.name}' is registered twice`);
  table.set(spec.name, spec);
}

const modules: string[] = [];

/** Says that the module at `url` registers ops, so that another thread can have them, too. */
export function registerOpModule(url: string): void {
  modules.push(url);
}

/** Modules to import where ops are to be known. */
export function opModules(): readonly string[] {
  return modules;
}

/** The op of that name. */
export function opSpec<N extends OpName>(name: N): OpSpec<N> {
  const spec = table.get(name);
  if (spec === undefined) throw internalError(`no op '${name}' is registered`);
  return spec as OpSpec<N>; // ops stand in the table under their own names
}

/** The names of all ops, sorted. */
export function opNames(): OpName[] {
  return [...table.keys()].sort();
}
