/**
 * From a graph to phases: each node in turn is lowered to kernel calls on symbolic memory. A value is stored in the
 * layout and precision that its producer chose and converted where a reader wants others; every conversion is kept, so
 * that it is made once.
 */
import type { TypedArray } from '../../core/dtype.js';
import { internalError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import type { Graph, Value } from '../../graph/graph.js';
import { alignUp } from '../pool/heap.js';
import type { Precision } from '../precision.js';
import { bfloat16Values } from './bfloat16-values.js';
import type { Draft, HostCall, InputCheck } from './draft.js';
import type { KernelName } from './kernel-name.js';
import { type Block, ROWS, sameOrder, storedElements, storedSize } from './layout.js';
import type { LowerContext, PhaseOptions, Word } from './lowering.js';
import { accessesOf, type Phase } from './phase.js';
import type { PlanNode } from './plan-node.js';
import { Pointer, type Region } from './region.js';
import type { Target } from './target.js';
import { usesOf, type ValueUses } from './uses.js';
import { bytesOf, newRegion } from './value-region.js';

/** What the engine's options say about plans. */
export interface LowerOptions {
  readonly threads: number;
  readonly winograd: boolean;
  readonly precision: Precision;
}

/** A value's memory in one layout and storage. */
interface Form {
  readonly block: Block;
  readonly storage: Precision;
  readonly region: Region;
}

export function lowerGraph(
  graph: Graph,
  nodes: readonly PlanNode[],
  target: Target,
  options: LowerOptions,
): Draft {
  const lowering = new GraphLowering(graph, nodes, target, options);
  try {
    return lowering.draft();
  } catch (error) {
    lowering.release();
    throw error;
  }
}

class GraphLowering implements LowerContext {
  readonly threads: number;
  readonly winograd: boolean;
  readonly precision: Precision;
  private readonly phases: Phase[] = [];
  private readonly hostCalls: HostCall[] = [];
  /** In which each value exists; the first is its producer's. */
  private readonly forms = new Map<Value, Form[]>();
  private readonly suitBfloat16: ReadonlySet<Value>;
  private readonly uses: ValueUses;
  private readonly checks: InputCheck[] = [];
  private readonly releases: (() => void)[] = [];
  private conversions = 0;
  private node: PlanNode | undefined;

  constructor(
    private readonly graph: Graph,
    private readonly nodes: readonly PlanNode[],
    private readonly target: Target,
    { threads, winograd, precision }: LowerOptions,
  ) {
    this.threads = threads;
    this.winograd = winograd;
    this.precision = precision;
    this.suitBfloat16 = precision === 'bfloat16' ? bfloat16Values(graph, nodes, target) : new Set();
    this.uses = usesOf(graph, nodes);
  }

  draft(): Draft {
    const { graph } = this;
    const states = new Set(graph.updates.map(({ state }) => state));
    const inputs = graph.inputs.map((value) =>
      this.store(value, newRegion(value, states.has(value) ? 'fixed' : 'arena')),
    );
    for (const { value, data } of graph.constants)
      this.store(value, newRegion(value, 'fixed', ROWS, 'float32', bytesOf(data)));

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
      releases: this.releases,
    };
  }

  /** Gives back what lowerings have made, where the draft comes to nothing. */
  release(): void {
    for (const release of this.releases) release();
  }

  blockOf(value: Value): Block {
    return this.firstForm(value).block;
  }

  storageOf(value: Value): Precision {
    return this.firstForm(value).storage;
  }

  storageFor(value: Value): Precision {
    return this.suitBfloat16.has(value) ? 'bfloat16' : 'float32';
  }

  input(value: Value, block: Block = ROWS, storage: Precision = 'float32'): Pointer {
    const wanted = value.dtype === 'float32' ? storage : 'float32';
    return new Pointer(this.formIn(value, block, wanted).region, 0, 'read');
  }

  output(value: Value, block: Block = ROWS, over?: Value, storage: Precision = 'float32'): Pointer {
    const region =
      this.inPlaceRegion(value, block, storage, over) ?? newRegion(value, 'arena', block, storage);
    this.store(value, region, block, storage);
    return new Pointer(region, 0, 'write');
  }

  check(value: Value, check: (data: TypedArray) => void): void {
    const input = this.graph.inputs.indexOf(value);
    if (input >= 0) this.checks.push({ input, check });
    else this.callHost('check', [value], [], ([{ data }]) => check(data));
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

  whenDisposed(release: () => void): void {
    this.releases.push(release);
  }

  private lower(node: PlanNode): void {
    this.node = node;
    this.uses.advance(node);
    const { op, inputs, outputs } = node;
    const [source] = inputs;
    if (op?.view === true && source !== undefined) {
      for (const value of outputs) this.alias(value, source);
      return;
    }
    const supported = ![...inputs, ...outputs].some(({ dtype }) => dtype === 'float64');
    if (supported && this.target.lowerings.some((of) => of[node.name]?.(node, this) === true))
      return;
    if (op === undefined) throw internalError(`fused op '${node.name}' has no lowering`);
    this.callHost('reference', inputs, outputs, (given, made) =>
      op.reference(given, made, node.attrs),
    );
  }

  private callHost(
    what: string,
    inputs: readonly Value[],
    outputs: readonly Value[],
    run: HostCall['run'],
  ): void {
    const read = inputs.map((value) => ({ value, pointer: this.input(value) }));
    const written = outputs.map((value) => ({ value, pointer: this.output(value) }));
    const place = (list: typeof read) =>
      list.map(({ value, pointer }) => ({ value, region: pointer.region }));
    const words = [this.hostCalls.length];
    this.hostCalls.push({ inputs: place(read), outputs: place(written), run });
    const pointers = [...read, ...written].map(({ pointer }) => pointer);
    const accesses = accessesOf(pointers, undefined, []);
    this.phases.push({ kernel: 'host', words, accesses, note: `${what} ${this.note()}` });
  }

  /** A view shares its source's memory in every layout that keeps the order of elements. */
  private alias(value: Value, source: Value): void {
    const same =
      value.shape.length === source.shape.length &&
      value.shape.every((n, i) => n === source.shape[i]);
    if (same) {
      this.forms.set(value, this.formsOf(source));
      return;
    }
    const storage = this.storageOf(source);
    this.store(value, this.formIn(source, ROWS, storage).region, ROWS, storage);
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

  private formIn(value: Value, block: Block, storage: Precision): Form {
    const alike = this.formsOf(value).filter((form) => sameOrder(value.shape, form.block, block));
    const found = alike.find((form) => form.storage === storage);
    if (found !== undefined) return found;
    const [other] = alike;
    if (other !== undefined) return this.convertStorage(value, other, storage);
    const first = this.firstForm(value);
    // Between two blocked layouts the way is through row-major.
    const isNear = first.block === ROWS || block === ROWS;
    const source = isNear ? first : this.formIn(value, ROWS, first.storage);
    return this.convertLayout(value, source, block, storage);
  }

  private convertStorage(value: Value, { block, region }: Form, storage: Precision): Form {
    const count = storedElements(value.shape, block);
    const to = newRegion(value, 'arena', block, storage);
    const pointers = [new Pointer(region, 0, 'read'), new Pointer(to, 0, 'write')];
    const kernel = storage === 'bfloat16' ? 'toBfloat16' : 'toFloat32';
    this.emit(kernel, [...pointers, count], { split: `flat:${count}`, own: pointers });
    return this.addConverted(value, { block, storage, region: to });
  }

  /** One of `source` and the result is row-major. */
  private convertLayout(value: Value, source: Form, block: Block, storage: Precision): Form {
    if (storedSize(value.dtype, 'float32') !== 4)
      throw internalError(`no conversion of ${value.dtype} between layouts`);
    const [n = 1, c = 1, h = 1, w = 1] = value.shape;
    const toRows = block === ROWS;
    const isNarrow = source.storage === 'bfloat16';
    // Elements change as they move where they get narrow in blocks, or wide in rows.
    const meets = source.storage === storage || isNarrow === toRows;
    const meant = meets ? storage : source.storage;
    const region = newRegion(value, 'arena', block, meant);
    const pointers = [new Pointer(source.region, 0, 'read'), new Pointer(region, 0, 'write')];
    const [kernel, narrow, change] = toRows
      ? (['toRowMajor', 'toRowMajorBf16', 'toRowMajorWide'] as const)
      : (['toBlocked', 'toBlockedBf16', 'toBlockedNarrow'] as const);
    const chosen = meant !== source.storage ? change : isNarrow ? narrow : kernel;
    this.emit(chosen, [...pointers, n, c, h * w, toRows ? source.block : block]);
    this.addConverted(value, { block, storage: meant, region });
    return this.formIn(value, block, storage);
  }

  private addConverted(value: Value, form: Form): Form {
    this.conversions++;
    this.formsOf(value).push(form);
    return form;
  }

  /** The memory of the input that this output may be written over, where nothing needs that input any more. */
  private inPlaceRegion(
    value: Value,
    block: Block,
    storage: Precision,
    over?: Value,
  ): Region | undefined {
    const { node } = this;
    if (node === undefined) return undefined;
    const position = node.op?.inPlace?.[node.outputs.indexOf(value)];
    const input = position === undefined ? over : node.inputs[position];
    if (input === undefined || input.dtype !== value.dtype) return undefined;
    if (!this.uses.mayOverwrite(input, value)) return undefined;
    const region = this.formsOf(input).find(
      (form) => form.block === block && form.storage === storage,
    )?.region;
    const bytes = storedElements(value.shape, block) * storedSize(value.dtype, storage);
    return region?.bytes === bytes ? region : undefined;
  }

  private newScratch(bytes: number, isPrivate: boolean): Pointer {
    const region: Region = { bytes, label: 'scratch', private: isPrivate, place: 'arena' };
    return new Pointer(region, 0, 'write');
  }

  private store(
    value: Value,
    region: Region,
    block: Block = ROWS,
    storage: Precision = 'float32',
  ): Region {
    this.forms.set(value, [{ block, storage, region }]);
    return region;
  }

  private firstForm(value: Value): Form {
    const [first] = this.formsOf(value);
    if (first === undefined) throw internalError(`value %${value.id} is stored nowhere`);
    return first;
  }

  private formsOf(value: Value): Form[] {
    const forms = this.forms.get(value);
    if (forms === undefined)
      throw internalError(`value %${value.id} is used before it is assigned`);
    return forms;
  }

  private note(): string {
    const { node } = this;
    if (node === undefined) return 'end of the run';
    const isNarrow = (value: Value) => this.forms.get(value)?.[0]?.storage === 'bfloat16';
    const typed = (value: Value) =>
      `%${value.id} ${formatShape(value.shape)}${isNarrow(value) ? ' bfloat16' : ''}`;
    const list = (values: readonly Value[]) => values.map((value) => `%${value.id}`).join(', ');
    return `${node.outputs.map(typed).join(', ')} = ${node.name}(${list(node.inputs)})`;
  }
}
