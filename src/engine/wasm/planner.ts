/**
 * From a graph to phases: each node in turn is lowered to kernel calls on symbolic memory. A value is stored in the
 * layout that its producer chose and converted where a reader wants another; every conversion is kept, so that it is
 * made once.
 */
import { itemSize, type TypedArray, viewOf } from '../../core/dtype.js';
import { internalError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import type { Graph, Value } from '../../graph/graph.js';
import type { NdArray } from '../../graph/op.js';
import { alignUp } from './heap.js';
import type { KernelName } from './kernel-table.js';
import { type Block, isPadded, ROWS, sameOrder, storedElements } from './layout.js';
import type { LowerContext, PhaseOptions, Word } from './lower/context.js';
import { lowerings } from './lower/table.js';
import { accessesOf, type Phase } from './phase.js';
import type { NodeOfPlan } from './plan-node.js';
import { Pointer, type Region } from './region.js';
import { usesOf, type ValueUses } from './uses.js';

/** A reference kernel that a plan runs on the main thread, on arrays over the plan's memory. */
export interface HostCall {
  readonly node: NodeOfPlan;
  readonly inputs: readonly Region[];
  readonly outputs: readonly Region[];
}

/** A look at an input before each run; throws where it is not what a kernel needs. */
export interface InputCheck {
  /** Position in `graph.inputs`. */
  readonly input: number;
  readonly check: (data: TypedArray) => void;
}

/** What the planner makes of a graph. */
export interface Draft {
  readonly phases: readonly Phase[];
  readonly hostCalls: readonly HostCall[];
  /** By position in `graph.inputs` and `graph.outputs`. */
  readonly inputs: readonly Region[];
  readonly outputs: readonly Region[];
  readonly checks: readonly InputCheck[];
  /** Layout conversions among the phases. */
  readonly conversions: number;
}

/** What the engine's options say about plans. */
export interface DraftOptions {
  readonly threads: number;
  readonly winograd: boolean;
}

/** A value's memory in each layout in which it exists; the first is its producer's. */
type Forms = Map<Block, Region>;

export function draftPlan(
  graph: Graph,
  nodes: readonly NodeOfPlan[],
  options: DraftOptions,
): Draft {
  return new Planner(graph, nodes, options).draft();
}

class Planner implements LowerContext {
  readonly threads: number;
  readonly winograd: boolean;
  private readonly phases: Phase[] = [];
  private readonly hostCalls: HostCall[] = [];
  private readonly forms = new Map<Value, Forms>();
  private readonly uses: ValueUses;
  private readonly checks: InputCheck[] = [];
  private conversions = 0;
  private node: NodeOfPlan | undefined;

  constructor(
    private readonly graph: Graph,
    private readonly nodes: readonly NodeOfPlan[],
    { threads, winograd }: DraftOptions,
  ) {
    this.threads = threads;
    this.winograd = winograd;
    this.uses = usesOf(graph, nodes);
  }

  draft(): Draft {
    const { graph } = this;
    const states = new Set(graph.updates.map(({ state }) => state));
    const inputs = graph.inputs.map((value) =>
      this.store(value, ROWS, newRegion(value, states.has(value) ? 'fixed' : 'arena')),
    );
    for (const { value, data } of graph.constants)
      this.store(value, ROWS, newRegion(value, 'fixed', ROWS, bytesOf(data)));

    for (const node of this.nodes) this.lower(node);
    this.node = undefined;
    const outputs = this.finish();
    return {
      phases: this.phases,
      hostCalls: this.hostCalls,
      inputs,
      outputs,
      checks: this.checks,
      conversions: this.conversions,
    };
  }

  blockOf(value: Value): Block {
    for (const block of this.formsOf(value).keys()) return block;
    return ROWS;
  }

  input(value: Value, block: Block = ROWS): Pointer {
    const forms = this.formsOf(value);
    for (const [stored, region] of forms)
      if (sameOrder(value.shape, stored, block)) return new Pointer(region, 0, 'read');
    const from = this.blockOf(value);
    // Between two blocked layouts the way is through row-major.
    const stored = forms.get(from === ROWS || block === ROWS ? from : ROWS);
    const source = stored ?? this.input(value).region;
    return new Pointer(
      this.convert(value, source, block, block === ROWS ? from : block),
      0,
      'read',
    );
  }

  output(value: Value, block: Block = ROWS, over?: Value): Pointer {
    const region = this.inPlaceRegion(value, block, over) ?? newRegion(value, 'arena', block);
    this.store(value, block, region);
    return new Pointer(region, 0, 'write');
  }

  check(value: Value, check: (data: TypedArray) => void): boolean {
    const input = this.graph.inputs.indexOf(value);
    if (input >= 0) this.checks.push({ input, check });
    return input >= 0;
  }

  scratch(bytes: number): Pointer {
    return this.newScratch(bytes, false);
  }

  threadScratch(bytes: number): { pointer: Pointer; bytes: number } {
    const each = alignUp(bytes);
    return { pointer: this.newScratch(each * this.threads, true), bytes: each };
  }

  table(data: Int32Array | Uint32Array | Float32Array): Pointer {
    const region: Region = {
      bytes: data.byteLength,
      label: 'table',
      private: false,
      place: 'fixed',
      data: bytesOf(data),
    };
    return new Pointer(region, 0, 'read');
  }

  emit(kernel: KernelName, words: readonly Word[], options: PhaseOptions = {}): void {
    const pointers = words.filter((word) => word instanceof Pointer);
    const accesses = accessesOf(pointers, options.split, options.own ?? []);
    this.phases.push({ kernel, words, accesses, note: this.note() });
  }

  private lower(node: NodeOfPlan): void {
    this.node = node;
    this.uses.advance(node);
    const { op, inputs, outputs } = node;
    const [source] = inputs;
    if (op?.view === true && source !== undefined) {
      for (const value of outputs) this.alias(value, source);
      return;
    }
    const supported = ![...inputs, ...outputs].some(({ dtype }) => dtype === 'float64');
    if (supported && lowerings[node.name]?.(node, this) === true) return;
    if (op === undefined) throw internalError(`fused op '${node.name}' has no lowering`);
    this.runReference(node);
  }

  private runReference(node: NodeOfPlan): void {
    const inputs = node.inputs.map((value) => this.input(value));
    const outputs = node.outputs.map((value) => this.output(value));
    const id = this.hostCalls.length;
    this.hostCalls.push({
      node,
      inputs: inputs.map(({ region }) => region),
      outputs: outputs.map(({ region }) => region),
    });
    const accesses = accessesOf([...inputs, ...outputs], undefined, []);
    this.phases.push({ kernel: 'host', words: [id], accesses, note: `reference ${this.note()}` });
  }

  /** A view shares its source's memory in every layout that keeps the order of elements. */
  private alias(value: Value, source: Value): void {
    const same =
      value.shape.length === source.shape.length &&
      value.shape.every((n, i) => n === source.shape[i]);
    if (same) this.forms.set(value, this.formsOf(source));
    else this.store(value, ROWS, this.input(source).region);
  }

  /** Puts each state's next value where the state is, unless its kernel has written it there; returns the outputs. */
  private finish(): Region[] {
    const regionOf = (value: Value) => this.input(value).region;
    const states = new Set(this.graph.updates.map(({ state }) => regionOf(state)));
    const moves = this.graph.updates
      .map(({ state, next }) => ({ to: regionOf(state), from: regionOf(next) }))
      .filter(({ to, from }) => to !== from);
    const overwritten = new Set(moves.map(({ to }) => to));

    // An old value that is returned, or becomes another state's next, is saved first.
    const save = (region: Region) =>
      this.copyRegion(region, this.newScratch(region.bytes, false).region);
    const outputs = this.graph.outputs
      .map(regionOf)
      .map((region) => (overwritten.has(region) ? save(region) : region));
    const saved = moves.map(({ from, to }) => ({ to, from: states.has(from) ? save(from) : from }));
    for (const { from, to } of saved) this.copyRegion(from, to);
    return outputs;
  }

  private copyRegion(from: Region, to: Region): Region {
    const words = [
      new Pointer(from, 0, 'read'),
      new Pointer(to, 0, 'write'),
      Math.ceil(from.bytes / 4),
    ];
    this.emit('copy', words);
    return to;
  }

  /** `value` in layout `block`; `blocked` is that of source and result which is not row-major. */
  private convert(value: Value, source: Region, block: Block, blocked: Block): Region {
    const region = newRegion(value, 'arena', block);
    const [n = 1, c = 1, h = 1, w = 1] = value.shape;
    if (itemSize(value.dtype) !== 4)
      throw internalError(`no conversion of ${value.dtype} between layouts`);
    const from = new Pointer(source, 0, 'read');
    const to = new Pointer(region, 0, 'write');
    this.emit(block === ROWS ? 'toRowMajor' : 'toBlocked', [from, to, n, c, h * w, blocked]);
    this.conversions++;
    this.formsOf(value).set(block, region);
    return region;
  }

  /** The memory of the input that this output may be written over, where nothing needs that input any more. */
  private inPlaceRegion(value: Value, block: Block, over?: Value): Region | undefined {
    const { node } = this;
    if (node === undefined) return undefined;
    const position = node.op?.inPlace?.[node.outputs.indexOf(value)];
    const input = position === undefined ? over : node.inputs[position];
    if (input === undefined || input.dtype !== value.dtype) return undefined;
    if (!this.uses.mayOverwrite(input, value)) return undefined;
    const region = this.formsOf(input).get(block);
    const bytes = storedElements(value.shape, block) * itemSize(value.dtype);
    return region?.bytes === bytes ? region : undefined;
  }

  private newScratch(bytes: number, isPrivate: boolean): Pointer {
    const region: Region = { bytes, label: 'scratch', private: isPrivate, place: 'arena' };
    return new Pointer(region, 0, 'write');
  }

  private store(value: Value, block: Block, region: Region): Region {
    this.forms.set(value, new Map([[block, region]]));
    return region;
  }

  private formsOf(value: Value): Forms {
    const forms = this.forms.get(value);
    if (forms === undefined)
      throw internalError(`value %${value.id} is used before it is assigned`);
    return forms;
  }

  private note(): string {
    const { node } = this;
    if (node === undefined) return 'end of the run';
    const typed = (value: Value) => `%${value.id} ${formatShape(value.shape)}`;
    const list = (values: readonly Value[]) => values.map((value) => `%${value.id}`).join(', ');
    return `${node.outputs.map(typed).join(', ')} = ${node.name}(${list(node.inputs)})`;
  }
}

function newRegion(
  value: Value,
  place: Region['place'],
  block: Block = ROWS,
  data?: Uint8Array,
): Region {
  return {
    bytes: storedElements(value.shape, block) * itemSize(value.dtype),
    label: `%${value.id}${isPadded(value.shape, block) ? ' padded' : ''}`,
    private: false,
    place,
    ...(data !== undefined && { data }),
  };
}

function bytesOf(array: TypedArray | Uint32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** The array that a reference kernel sees. */
export function hostArray(value: Value, buffer: ArrayBufferLike, address: number): NdArray {
  const { shape, dtype } = value;
  const length = storedElements(shape, ROWS);
  return { shape, dtype, data: viewOf(dtype, buffer, address, length) };
}
