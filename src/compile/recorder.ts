/**
 * Turns the calls of one step into a graph. Nothing runs: tensors made while recording have a shape and no elements.
 * What the step reads from outside (parameters, statistics, the generator) becomes an input that is bound to the same
 * storage at every replay; what it writes there in place becomes an update.
 */
import type { TypedArray } from '../core/dtype.js';
import { CaptureError } from '../core/errors.js';
import { formatShape, numel, type Shape, sameShape } from '../core/shape.js';
import type { Graph, GraphNode, Value } from '../graph/graph.js';
import { type OpSpec, opSpec, type TensorType } from '../graph/op.js';
import type { Executor, HasGradient, Operand } from '../tensor/execute.js';
import { lastStorageId, Storage } from '../tensor/storage.js';

/** What the step does to the `.grad` of an argument. */
export interface ArgumentGradient {
  /** Its place among the arguments. */
  readonly argument: number;
  /** Whether it is added to what was there before the call. */
  readonly adds: boolean;
  /** What it is then. */
  readonly gradient: Operand | null;
}

export class Recorder implements Executor {
  /** JavaScript values that the step depended on, with what they were. */
  readonly guards: { readonly read: () => unknown; readonly value: unknown }[] = [];
  /** The storages behind the graph's inputs after the arguments, in order. */
  readonly states: Storage[] = [];

  /** The tensors whose `.grad` the step changes, with what it was before and whether that counts. */
  private readonly gradients = new Map<HasGradient, { before: Operand | null; adds: boolean }>();
  private readonly guarded = new Set<Operand>();
  private standIns: readonly HasGradient[] = [];
  private readonly start = lastStorageId();
  private readonly inputs: Value[] = [];
  private readonly constants: { value: Value; data: TypedArray }[] = [];
  private readonly nodes: GraphNode[] = [];
  /** What each storage holds at this point of the step. */
  private readonly current = new Map<Storage, Value>();
  private readonly initial = new Map<Storage, Value>();
  private readonly reshaped = new Map<Value, Value[]>();
  private ids = 0;

  /** Tells the recorder which tensors the step sees in place of its arguments. */
  standFor(tensors: readonly HasGradient[]): void {
    this.standIns = tensors;
  }

  /** Declares an argument of the step; returns the storage that stands for it. */
  argument({ shape, dtype }: TensorType): Storage {
    const storage = Storage.symbolic(dtype, numel(shape));
    const value = this.value(dtype, shape);
    this.inputs.push(value);
    this.current.set(storage, value);
    this.initial.set(storage, value);
    return storage;
  }

  execute(
    op: OpSpec,
    inputs: readonly Operand[],
    attrs: object,
    types: readonly TensorType[],
    into: readonly (Operand | undefined)[],
  ): Storage[] {
    for (const input of inputs) this.guardGradient(input);
    const from = inputs.map((operand) => this.read(operand, op.name));
    const outputs = types.map(({ dtype, shape }) => this.value(dtype, shape));
    this.nodes.push({ op, attrs, inputs: from, outputs });
    return outputs.map((value, k) => {
      const storage = into[k]?.storage ?? Storage.symbolic(value.dtype, numel(value.shape));
      this.current.set(storage, value);
      return storage;
    });
  }

  dependsOn(read: () => unknown): void {
    this.guards.push({ read, value: read() });
  }

  touchesGradient(tensor: HasGradient, how: 'replace' | 'accumulate'): void {
    if (this.gradients.has(tensor)) return;
    const before = tensor.grad;
    const adds = how === 'accumulate';
    this.gradients.set(tensor, { before, adds });
    if (!adds || this.standIns.includes(tensor)) return;
    // Added to a gradient from outside, the step is another one than added to none.
    if (before === null)
      this.dependsOn(() => tensor.grad === null || tensor.grad.storage.isSymbolic);
    else this.dependsOn(() => tensor.grad === before);
  }

  /** Puts every `.grad` back, after a step that could not be recorded. */
  undo(): void {
    for (const [tensor, { before }] of this.gradients) tensor.grad = before;
  }

  /**
   * The finished graph, which returns `results` and then the gradients of arguments. A gradient that was added to one from
   * outside becomes an update of it; the others stay inside the step: `gradients` tells which tensors have them.
   */
  finish(results: readonly Operand[]): {
    graph: Graph;
    gradients: Map<HasGradient, Operand | null>;
    argumentGradients: readonly ArgumentGradient[];
  } {
    const gradients = new Map<HasGradient, Operand | null>();
    const argumentGradients: ArgumentGradient[] = [];
    for (const [tensor, { before, adds }] of this.gradients) {
      const after = tensor.grad;
      const argument = this.standIns.indexOf(tensor);
      if (argument >= 0) {
        argumentGradients.push({ argument, adds, gradient: after });
      } else if (adds && before !== null && after !== null) {
        this.read(before, 'backward');
        this.current.set(before.storage, this.read(after, 'backward'));
        tensor.grad = before;
      } else {
        after?.storage.stayInside();
        gradients.set(tensor, after);
      }
    }
    const returned = argumentGradients.flatMap(({ gradient }) => gradient ?? []);
    return { graph: this.graph([...results, ...returned]), gradients, argumentGradients };
  }

  private graph(results: readonly Operand[]): Graph {
    const outputs = results.map((operand) => this.read(operand, 'return'));
    const updates = [...this.initial].flatMap(([storage, state]) => {
      const next = this.current.get(storage) ?? state;
      return next === state ? [] : [{ state, next: this.under(state.shape, next) }];
    });
    return {
      inputs: this.inputs,
      constants: this.constants,
      nodes: this.nodes,
      outputs,
      updates,
    };
  }

  /** A parameter that is frozen, or thawed, later makes another step. */
  private guardGradient(operand: Operand): void {
    const { storage } = operand;
    if (storage.isSymbolic || storage.id > this.start || this.guarded.has(operand)) return;
    this.guarded.add(operand);
    this.dependsOn(() => operand.requiresGrad);
  }

  /** The value that an operand has at this point, under the operand's shape. */
  private read({ storage, shape, dtype }: Operand, reader: string): Value {
    const known = this.current.get(storage);
    if (known !== undefined) return this.under(shape, known);
    if (storage.isSymbolic)
      throw new CaptureError(
        reader,
        `a tensor ${formatShape(shape)} that was made inside another compiled step is used; return it from that step, ` +
          'or call optimizer.zeroGrad() first if it is a gradient',
      );
    const value = this.value(dtype, shape);
    this.current.set(storage, value);
    if (storage.id > this.start) {
      this.constants.push({ value, data: storage.read(reader).slice() });
    } else {
      this.inputs.push(value);
      this.states.push(storage);
      this.initial.set(storage, value);
    }
    return value;
  }

  private under(shape: Shape, value: Value): Value {
    if (sameShape(shape, value.shape)) return value;
    const known = this.reshaped.get(value) ?? [];
    const found = known.find((other) => sameShape(shape, other.shape));
    if (found !== undefined) return found;
    const view = this.value(value.dtype, shape);
    this.nodes.push({
      op: opSpec('reshape'),
      attrs: { shape },
      inputs: [value],
      outputs: [view],
    });
    this.reshaped.set(value, [...known, view]);
    return view;
  }

  private value(dtype: Value['dtype'], shape: Shape): Value {
    return { id: this.ids++, dtype, shape };
  }
}
