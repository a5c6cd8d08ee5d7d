/**
 * `Tensor`: a row-major array with a shape, and its place on the tape. Its arithmetic is in `methods/`, which adds
 * methods by family; creation is in `creation.ts`, `backward()` in `autograd.ts`.
 */
import type { Device } from '../core/device.js';
import type { DType, TypedArray } from '../core/dtype.js';
import { isFloat } from '../core/dtype.js';
import { DTypeError, internalError, ShapeError, ValueError } from '../core/errors.js';
import { show } from '../core/outside-text.js';
import { formatShape, normalizeDim, numel, type Shape, sameShape } from '../core/shape.js';
import { type Operands, type OpSpec, operands } from '../graph/op.js';
import type { OpAttrs, OpName } from '../graph/op-attrs.js';
import { execute, noteElementsRead, noteGradientRead, touchGradient } from './execute.js';
import { isGradEnabled } from './grad-mode.js';
import { Storage } from './storage.js';

/** Computes the gradient of one input; called only if somebody needs it. */
export type GradThunk = () => Tensor;

/** An op with its gradient. Only output 0 is differentiable; further outputs (indices, statistics) are not. */
export interface OpDefinition<N extends OpName = OpName> extends OpSpec<N> {
  /**
   * The gradients of the inputs for `dy`, the gradient of output 0: one thunk per input, `null` where there is none.
   * Made of ops on tensors, so that it records and compiles like everything else.
   */
  backward?(
    dy: Tensor,
    inputs: Operands<Tensor>,
    attrs: OpAttrs[N],
    outputs: Operands<Tensor>,
  ): readonly (GradThunk | null)[];
  /** Which values `backward` reads (shapes are always there). Default: all; less keeps less memory alive. */
  readonly saves?: 'all' | 'inputs' | 'outputs' | 'none';
}

/** Where a gradient flows next: to the call that made the input, to a leaf, or nowhere. */
export type GradEdge = GradNode | Tensor | null;

/** A function that sees, and may replace, a gradient on its way. */
export type GradHook = (grad: Tensor) => Tensor | undefined;

/** One call on the tape. */
export interface GradNode {
  /** @internal */
  readonly op: { readonly name: string } & Pick<OpDefinition, 'backward'>;
  /** @internal */
  readonly attrs: OpAttrs[OpName];
  /** Later calls have higher numbers. */
  readonly sequence: number;
  readonly edges: readonly GradEdge[];
  /** What `backward` reads; null once it has run. */
  saved: { readonly inputs: readonly Tensor[]; readonly outputs: readonly Tensor[] } | null;
  hooks?: Set<GradHook>;
  /** Tensors that asked for their gradient with `retainGrad()`. */
  retain?: Set<Tensor>;
}

let sequence = 0;

export class Tensor {
  /** The call that made this tensor, when gradients flow through it; null for leaves. */
  gradFn: GradNode | null = null;
  /** @internal Of a leaf; another set whenever they change, so that a recorded step can tell. */
  gradHooks: ReadonlySet<GradHook> | null = null;
  private gradient: Tensor | null = null;
  private needsGrad = false;
  private savedVersion: number | null = null;

  constructor(
    readonly storage: Storage,
    readonly shape: Shape,
  ) {
    if (storage.length !== numel(shape))
      throw internalError(`${storage.length} elements under shape ${formatShape(shape)}`);
  }

  get dtype(): DType {
    return this.storage.dtype;
  }

  /** Where the tensor is: on the GPU where that has its elements or did when they were read. `to` moves it, and so does an op that changes it. */
  get device(): Device {
    return this.storage.device;
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  numel(): number {
    return this.storage.length;
  }

  /** The shape, or the size of one dimension (−1 is the last). */
  size(): Shape;
  size(dim: number): number;
  size(dim?: number): Shape | number {
    if (dim === undefined) return this.shape;
    return this.shape[normalizeDim('size', dim, this.ndim)] ?? 1;
  }

  /** Whether `backward()` computes a gradient for this tensor. Settable on leaves of a floating dtype. */
  get requiresGrad(): boolean {
    return this.needsGrad;
  }

  set requiresGrad(value: boolean) {
    if (value && !isFloat(this.dtype))
      throw new DTypeError(
        'requiresGrad',
        `the tensor is ${this.dtype}, only float32 and float64 tensors have gradients`,
      );
    if (!value && this.gradFn !== null)
      throw new ValueError(
        'requiresGrad',
        'can be switched off only on leaf tensors; use .detach() for a copy without gradient',
      );
    this.needsGrad = value;
  }

  /** The gradient that `backward()` accumulates; null before. Same shape and dtype. */
  get grad(): Tensor | null {
    noteGradientRead(this);
    return this.gradient;
  }

  /** @internal The gradient, read without a recorded step being told. */
  get heldGrad(): Tensor | null {
    return this.gradient;
  }

  set grad(value: Tensor | null) {
    touchGradient(this, 'replace');
    this.gradient = value;
  }

  /** Sets `requiresGrad` and returns the tensor. */
  requiresGrad_(value = true): this {
    this.requiresGrad = value;
    return this;
  }

  /** Whether this tensor was given rather than computed with gradients. */
  get isLeaf(): boolean {
    return this.gradFn === null;
  }

  /**
   * The elements in row-major order: the tensor's own array, not a copy. Where an engine has memory of its own it is that until
   * an op changes the tensor in place, or `to` moves it.
   *
   * @throws CaptureError in a recorded step
   * @throws EngineError where the elements are in the memory of an engine that cannot be waited for: `await tensor.dataAsync()`
   */
  get data(): TypedArray {
    noteElementsRead(this.storage, 'data');
    return this.storage.handOut('data');
  }

  /** The same as `data`, on every engine. @throws CaptureError in a recorded step */
  async dataAsync(): Promise<TypedArray> {
    noteElementsRead(this.storage, 'dataAsync()');
    return this.storage.handOutAsync('dataAsync()');
  }

  /** The same elements, without a past: gradients stop here. */
  detach(): Tensor {
    return new Tensor(this.storage, this.shape);
  }

  /** @internal This tensor as the tape saves it; `keep: false` saves the shape alone. */
  forTape(keep: boolean): Tensor {
    const { dtype, length } = this.storage;
    const saved = new Tensor(keep ? this.storage : Storage.symbolic(dtype, length), this.shape);
    if (keep) saved.savedVersion = this.storage.version;
    return saved;
  }

  /** @internal Throws if a saved value was changed in place since. */
  requireUnchanged(op: string): void {
    if (this.savedVersion !== null && this.savedVersion !== this.storage.version)
      throw new ValueError(
        op,
        `a tensor ${formatShape(this.shape)} that backward() needs was changed in place after it was used; ` +
          'call backward() before the in-place op, or clone() the tensor first',
      );
  }

  /** @internal */
  attach(node: GradNode): void {
    this.gradFn = node;
    this.needsGrad = true;
  }
}

/** Throws unless an op's inputs are tensors, unchanged since they were saved. */
function requireUsable(op: string, inputs: readonly Tensor[]): void {
  inputs.forEach((input, i) => {
    if (!(input instanceof Tensor))
      throw new ValueError(
        op,
        `input ${i} is ${show(input)}, a tensor is required; make one with tensor(…)`,
      );
    input.requireUnchanged(op);
  });
}

/** Runs an op on tensors and, where a gradient may be asked for, notes the call on the tape. */
export function applyOp<N extends OpName>(
  op: OpDefinition<N>,
  inputs: readonly Tensor[],
  attrs: OpAttrs[N],
): readonly Tensor[] {
  requireUsable(op.name, inputs);
  const types = op.infer(operands(inputs), attrs);
  const storages = execute(op, inputs, attrs, types, []);
  const outputs = types.map((type, k) => new Tensor(at(storages, k), type.shape));
  const result = at(outputs, 0);
  const differentiable = op.backward !== undefined && isFloat(result.dtype);
  if (differentiable && isGradEnabled() && inputs.some((t) => t.requiresGrad))
    result.attach(gradNode(op, inputs, attrs, outputs));
  return outputs;
}

/** Runs an op whose outputs replace inputs (`OpSpec.inPlace`); returns the tensors of its other outputs. */
export function applyInPlace<N extends OpName>(
  op: OpDefinition<N>,
  name: string,
  inputs: readonly Tensor[],
  attrs: OpAttrs[N],
): readonly Tensor[] {
  requireUsable(name, inputs);
  if (isGradEnabled() && inputs.some((t) => t.requiresGrad))
    throw new ValueError(
      name,
      'changes a tensor that autograd may still need; wrap the call in noGrad(() => …)',
    );
  const types = op.infer(operands(inputs), attrs);
  const targets = (op.inPlace ?? []).map((index) => at(inputs, index));
  targets.forEach((target, k) => {
    const type = at(types, k);
    if (!sameShape(target.shape, type.shape))
      throw new ShapeError(
        name,
        `the result ${formatShape(type.shape)} does not fit in place into ${formatShape(target.shape)}`,
      );
    if (target.dtype !== type.dtype)
      throw new DTypeError(
        name,
        `the result is ${type.dtype} and cannot be written into a ${target.dtype} tensor; convert with .to()`,
      );
  });
  const storages = execute(op, inputs, attrs, types, targets);
  for (const target of targets) target.storage.version++;
  return types
    .slice(targets.length)
    .map((type, k) => new Tensor(at(storages, targets.length + k), type.shape));
}

function gradNode<N extends OpName>(
  op: OpDefinition<N>,
  inputs: readonly Tensor[],
  attrs: OpAttrs[N],
  outputs: readonly Tensor[],
): GradNode {
  const saves = op.saves ?? 'all';
  const keepInputs = saves === 'all' || saves === 'inputs';
  const keepOutputs = saves === 'all' || saves === 'outputs';
  return {
    op,
    attrs,
    sequence: sequence++,
    edges: inputs.map((t) => (t.requiresGrad ? (t.gradFn ?? t) : null)),
    saved: {
      inputs: inputs.map((t) => t.forTape(keepInputs)),
      outputs: outputs.map((t) => t.forTape(keepOutputs)),
    },
  };
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw internalError(`an op returned too few outputs (no. ${index})`);
  return item;
}
