/** From a graph to phases: each node in turn is lowered to kernel calls on symbolic memory. */
import type { TypedArray } from '../../core/dtype.js';
import { internalError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import type { Graph, Value } from '../../graph/graph.js';
import { alignUp } from '../pool/heap.js';
import type { Precision } from '../precision.js';
import { bfloat16Values } from './bfloat16-values.js';
import type { Draft, HostCall, InputCheck } from './draft.js';
import type { KernelArguments, KernelName } from './kernel-name.js';
import { type Block, ROWS, storedElements, storedSize } from './layout.js';
import type { LowerOptions } from './lower-options.js';
import type { LowerContext, PhaseOptions } from './lowering.js';
import type { NodeName } from './node-attrs.js';
import { accessesOf, type Phase } from './phase.js';
import type { NamedNode } from './plan-node.js';
import { Pointer, type Region } from './region.js';
import type { Lowerings, Target } from './target.js';
import { usesOf, type ValueUses } from './uses.js';
import { ValueForms } from './value-forms.js';
import { bytesOf, newRegion } from './value-region.js';

export function lowerGraph(
  graph: Graph,
  nodes: readonly NamedNode[],
  target: Target,
  options: LowerOptions,
): Draft {
  return new GraphLowering(graph, nodes, target, options).draft();
}

/** Whether one of `lowerings` has emitted the node. */
function isLowered<N extends NodeName>(
  lowerings: Lowerings,
  node: NamedNode<N>,
  context: LowerContext,
): boolean {
  return lowerings[node.name]?.(node, context) === true;
}

class GraphLowering implements LowerContext {
  readonly threads: number;
  readonly winograd: boolean;
  readonly precision: Precision;
  private phases: Phase[] = [];
  private readonly hostCalls: HostCall[] = [];
  private readonly forms = new ValueForms((kernel, args, options) =>
    this.emit(kernel, args, options),
  );
  private readonly suitBfloat16: ReadonlySet<Value>;
  private readonly uses: ValueUses;
  private readonly steady: Set<Value>;
  private readonly checks: InputCheck[] = [];
  private node: NamedNode | undefined;
  /** In the place of the node's. */
  private givenNote: string | undefined;

  constructor(
    private readonly graph: Graph,
    private readonly nodes: readonly NamedNode[],
    private readonly target: Target,
    { threads, winograd, precision }: LowerOptions,
  ) {
    this.threads = threads;
    this.winograd = winograd;
    this.precision = precision;
    this.suitBfloat16 = precision === 'bfloat16' ? bfloat16Values(graph, nodes, target) : new Set();
    this.uses = usesOf(graph, nodes);
    this.steady = new Set([...graph.steady, ...graph.constants.map(({ value }) => value)]);
  }

  draft(): Draft {
    const { graph } = this;
    const stays = new Set([...graph.updates.map(({ state }) => state), ...graph.steady]);
    const inputs = graph.inputs.map((value) =>
      this.forms.store(value, newRegion(value, stays.has(value) ? 'fixed' : 'arena')),
    );
    for (const { value, data } of graph.constants)
      this.forms.store(value, newRegion(value, 'fixed', ROWS, 'float32', bytesOf(data)));

    for (const node of this.nodes) this.lower(node);
    this.node = undefined;
    const outputs = this.finish();
    return {
      phases: this.target.arrange(this.phases, {
        compose: (note, body) => this.compose(note, body),
        outside: new Set([...inputs, ...outputs]),
      }),
      hostCalls: this.hostCalls,
      inputs,
      outputs,
      steady: graph.steady.map((value) => graph.inputs.indexOf(value)),
      checks: this.checks,
      conversions: this.forms.conversions,
    };
  }

  private compose(note: string, body: (context: LowerContext) => void): readonly Phase[] {
    const { phases } = this;
    this.phases = [];
    this.givenNote = note;
    body(this);
    const composed = this.phases;
    this.phases = phases;
    this.givenNote = undefined;
    return composed;
  }

  blockOf(value: Value): Block {
    return this.forms.first(value).block;
  }

  storageOf(value: Value): Precision {
    return this.forms.first(value).storage;
  }

  isSteady(value: Value): boolean {
    return this.steady.has(value);
  }

  storageFor(value: Value): Precision {
    return this.suitBfloat16.has(value) ? 'bfloat16' : 'float32';
  }

  input(value: Value, block: Block = ROWS, storage: Precision = 'float32'): Pointer {
    const wanted = value.dtype === 'float32' ? storage : 'float32';
    return new Pointer(this.forms.in(value, block, wanted).region, 0, 'read');
  }

  output(value: Value, block: Block = ROWS, over?: Value, storage: Precision = 'float32'): Pointer {
    const region =
      this.inPlaceRegion(value, block, storage, over) ?? newRegion(value, 'arena', block, storage);
    this.forms.store(value, region, block, storage);
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

  emit<Name extends KernelName>(
    kernel: Name,
    args: KernelArguments[Name],
    options?: PhaseOptions,
  ): void {
    if (this.target.replacements[kernel]?.(args, this) === true) return;
    const { words, split, own = [] } = { ...this.target.kernelCall(kernel, args), ...options };
    const pointers = words.filter((word) => word instanceof Pointer);
    const accesses = accessesOf(pointers, split, own);
    this.phases.push({ kernel, words, accesses, note: this.note() });
  }

  private lower(node: NamedNode): void {
    this.node = node;
    this.uses.advance(node);
    const { op, inputs, outputs } = node;
    if (inputs.length > 0 && inputs.every((value) => this.steady.has(value)))
      for (const value of outputs) this.steady.add(value);
    const [source] = inputs;
    if (op?.view === true && source !== undefined) {
      for (const value of outputs) this.forms.alias(value, source);
      return;
    }
    const supported = ![...inputs, ...outputs].some(({ dtype }) => dtype === 'float64');
    if (supported && this.target.lowerings.some((of) => isLowered(of, node, this))) return;
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
    const { words } = this.target.kernelCall('host', { id: this.hostCalls.length });
    this.hostCalls.push({ inputs: place(read), outputs: place(written), run });
    const pointers = [...read, ...written].map(({ pointer }) => pointer);
    const accesses = accessesOf(pointers, undefined, []);
    this.phases.push({ kernel: 'host', words, accesses, note: `${what} ${this.note()}` });
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
    this.emit('copy', {
      from: new Pointer(from, 0, 'read'),
      to: new Pointer(to, 0, 'write'),
      count: Math.ceil(from.bytes / 4),
    });
    return to;
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
    const region = this.forms.exact(input, block, storage)?.region;
    const bytes = storedElements(value.shape, block) * storedSize(value.dtype, storage);
    return region?.bytes === bytes ? region : undefined;
  }

  private newScratch(bytes: number, isPrivate: boolean): Pointer {
    const region: Region = { bytes, label: 'scratch', private: isPrivate, place: 'arena' };
    return new Pointer(region, 0, 'write');
  }

  private note(): string {
    const { node, givenNote } = this;
    if (givenNote !== undefined) return givenNote;
    if (node === undefined) return 'end of the run';
    const isNarrow = (value: Value) => this.forms.known(value)?.storage === 'bfloat16';
    const typed = (value: Value) =>
      `%${value.id} ${formatShape(value.shape)}${isNarrow(value) ? ' bfloat16' : ''}`;
    const list = (values: readonly Value[]) => values.map((value) => `%${value.id}`).join(', ');
    return `${node.outputs.map(typed).join(', ')} = ${node.name}(${list(node.inputs)})`;
  }
}
