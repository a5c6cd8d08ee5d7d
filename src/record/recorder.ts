/**
 * Turns the calls of one step into a graph. Nothing runs: tensors made while recording have a shape and no elements.
 * What the step reads from outside (arguments, parameters, statistics, the generator) becomes an input that is found again at
 * every replay; what it writes there in place becomes an update.
 */
import type { TypedArray } from '../core/dtype.js';
import { CaptureError } from '../core/errors.js';
import { formatShape, numel, type Shape, sameShape } from '../core/shape.js';
import { type Graph, type GraphNode, graphNode, type Value } from '../graph/graph.js';
import { type OpSpec, opSpec, type TensorType } from '../graph/op.js';
import type { OpAttrs, OpName } from '../graph/op-attrs.js';
import type { Executor, HasGradient, Operand } from '../tensor/execute.js';
import { type Capture, lastStorageId, Storage } from '../tensor/storage.js';
import { type GradientResult, RecordedGradients } from './recorded-gradients.js';
import { UsedModules } from './used-modules.js';

/** Where an input of the graph has its elements at a call. */
export type Source =
  | { readonly kind: 'argument'; readonly index: number }
  | { readonly kind: 'gradient'; readonly of: HasGradient }
  | { readonly kind: 'state'; readonly storage: Storage };

/** A JavaScript value that a step depended on, with what it was. */
export interface Guard {
  readonly read: () => unknown;
  readonly value: unknown;
}

export class Recorder implements Executor {
  readonly guards: Guard[] = [];
  /** Of the graph's inputs, in order. */
  readonly sources: Source[] = [];
  /** The arguments' elements that the step has also reached from outside: they must be the same at each replay. */
  readonly reached = new Set<Storage>();

  private readonly capture: Capture = { open: true };
  private readonly start = lastStorageId();
  private readonly gradients = new RecordedGradients(
    (tensor) => this.isOutside(tensor),
    (tensor) => this.standIns.has(tensor),
    (read) => this.dependsOn(read),
  );
  private readonly modules = new UsedModules();
  /** Tensors that stand for arguments, and the storages that stand for theirs. */
  private readonly standIns = new Set<object>();
  private readonly standInOf = new Map<Storage, Storage>();
  private readonly guarded = new Set<Operand>();
  private readonly inputs: Value[] = [];
  private readonly constants = new Map<Value, TypedArray>();
  private readonly nodes: GraphNode[] = [];
  /** What each storage holds at this point of the step, and what those of the inputs held at its start. */
  private readonly current = new Map<Storage, Value>();
  private readonly initial = new Map<Storage, Value>();
  private readonly reshaped = new Map<Value, Value[]>();
  private ids = 0;

  /** Declares an argument of the step; returns the storage that stands for its own, the same one where two share one. */
  argument({ shape, dtype, storage }: Operand, index: number): Storage {
    const known = this.standInOf.get(storage);
    if (known !== undefined) return known;
    const standIn = Storage.symbolic(dtype, numel(shape), this.capture);
    this.standInOf.set(storage, standIn);
    this.input(standIn, this.value(dtype, shape), { kind: 'argument', index });
    return standIn;
  }

  /** Says that `tensor` is the one that the step gets for an argument. */
  standsForArgument(tensor: HasGradient): void {
    this.standIns.add(tensor);
  }

  execute<N extends OpName>(
    op: OpSpec<N>,
    inputs: readonly Operand[],
    attrs: OpAttrs[N],
    types: readonly TensorType[],
    into: readonly (Operand | undefined)[],
  ): Storage[] {
    for (const input of inputs) this.guardGradient(input);
    const from = inputs.map((operand) => this.read(operand, op.name));
    const outputs = types.map(({ dtype, shape }) => this.value(dtype, shape));
    this.nodes.push(graphNode(op, attrs, from, outputs));
    return outputs.map((value, k) => {
      const target = into[k];
      const storage =
        target === undefined
          ? Storage.symbolic(value.dtype, numel(value.shape), this.capture)
          : this.insideOf(target.storage);
      this.current.set(storage, value);
      return storage;
    });
  }

  dependsOn(read: () => unknown): void {
    this.guards.push({ read, value: read() });
  }

  touchesGradient(tensor: HasGradient, how: 'replace' | 'accumulate'): void {
    this.gradients.touch(tensor, how);
  }

  readsGradient(tensor: HasGradient): void {
    this.gradients.read(tensor);
  }

  usesModule(module: object): void {
    this.modules.note(module);
  }

  /** A value that is read now would be the same at every replay. */
  readsElements(storage: Storage, reader: string): void {
    if (storage.isSymbolic) return; // Reading it says so.
    const value = this.current.get(storage);
    const constant = value === undefined || this.constants.has(value);
    if (storage.id > this.start && constant) {
      this.current.delete(storage); // Whoever has the elements may change them.
      return;
    }
    throw new CaptureError(
      reader,
      'elements from outside of the step that is being captured would be read once, and not at its later calls; ' +
        'compute with the tensor itself, or read it outside and pass it as an argument',
    );
  }

  /** Puts every `.grad` back, after a step that could not be recorded. */
  undo(): void {
    this.capture.open = false;
    this.gradients.undo();
  }

  /** The finished graph, which returns `results` and then the gradients that stay with the caller's tensors. */
  finish(results: readonly Operand[]): {
    graph: Graph;
    gradients: readonly GradientResult[];
  } {
    const gradients = this.gradients.finish();
    const given: Operand[] = [];
    for (const { tensor, gradient } of gradients) {
      const before = this.gradients.before(tensor);
      if (gradient === 'added') this.addInPlace(before, tensor);
      else if ('given' in gradient) given.push(gradient.given);
    }
    const graph = this.graph([...results, ...given]);
    const fieldsAreSame = this.modules.finish((storage) => this.initial.has(storage));
    this.dependsOn(fieldsAreSame);
    this.capture.open = false;
    return { graph, gradients };
  }

  private addInPlace(before: Operand | null, tensor: HasGradient): void {
    const after = tensor.heldGrad;
    if (before === null || after === null) return;
    this.read(before, 'backward');
    this.current.set(this.insideOf(before.storage), this.read(after, 'backward'));
    tensor.grad = before;
  }

  private graph(results: readonly Operand[]): Graph {
    const outputs = results.map((operand) => this.read(operand, 'return'));
    const updates = [...this.initial].flatMap(([storage, state]) => {
      const next = this.current.get(storage) ?? state;
      return next === state ? [] : [{ state, next: this.under(state.shape, next) }];
    });
    const constants = [...this.constants].map(([value, data]) => ({ value, data }));
    const changed = new Set(updates.map(({ state }) => state));
    const steady = this.inputs.filter(
      (value, i) => this.sources[i]?.kind === 'state' && !changed.has(value),
    );
    return { inputs: this.inputs, steady, constants, nodes: this.nodes, outputs, updates };
  }

  private isOutside(tensor: HasGradient): boolean {
    const { storage } = tensor;
    return this.standIns.has(tensor) || (!storage.isSymbolic && storage.id <= this.start);
  }

  /** A parameter that is frozen, or thawed, later makes another step. */
  private guardGradient(operand: Operand): void {
    const { storage } = operand;
    if (storage.isSymbolic || storage.id > this.start || this.guarded.has(operand)) return;
    this.guarded.add(operand);
    this.dependsOn(() => operand.requiresGrad);
  }

  /** The storage under which the step knows these elements: of an argument's, the one that stands for it. */
  private insideOf(storage: Storage): Storage {
    const standIn = this.standInOf.get(storage);
    if (standIn !== undefined) this.reached.add(storage);
    return standIn ?? storage;
  }

  /** The value that an operand has at this point, under the operand's shape. */
  private read({ storage: given, shape, dtype }: Operand, reader: string): Value {
    const storage = this.insideOf(given);
    const known = this.current.get(storage);
    if (known !== undefined) return this.under(shape, known);
    if (storage.isSymbolic)
      throw new CaptureError(
        reader,
        `a tensor ${formatShape(shape)} that was made inside another compiled step is used; return it from that step, ` +
          'or call optimizer.zeroGrad() first if it is a gradient',
      );
    const value = this.value(dtype, shape);
    if (storage.id > this.start) {
      this.current.set(storage, value);
      this.constants.set(value, storage.read(reader).slice());
      return value;
    }
    const owner = this.gradients.ownerOf(storage);
    const source: Source =
      owner === undefined ? { kind: 'state', storage } : { kind: 'gradient', of: owner };
    return this.input(storage, value, source);
  }

  private input(storage: Storage, value: Value, source: Source): Value {
    this.inputs.push(value);
    this.sources.push(source);
    this.current.set(storage, value);
    this.initial.set(storage, value);
    return value;
  }

  private under(shape: Shape, value: Value): Value {
    if (sameShape(shape, value.shape)) return value;
    const known = this.reshaped.get(value) ?? [];
    const found = known.find((other) => sameShape(shape, other.shape));
    if (found !== undefined) return found;
    const view = this.value(value.dtype, shape);
    this.nodes.push(graphNode(opSpec('reshape'), { shape }, [value], [view]));
    this.reshaped.set(value, [...known, view]);
    return view;
  }

  private value(dtype: Value['dtype'], shape: Shape): Value {
    return { id: this.ids++, dtype, shape };
  }
}
