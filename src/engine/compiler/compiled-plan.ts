/** A plan: phases with addresses in the engine's memory, and the buffers of the caller bound to them. */
import type { TypedArray } from '../../core/dtype.js';
import { internalError } from '../../core/errors.js';
import { numel } from '../../core/shape.js';
import type { Graph, Value } from '../../graph/graph.js';
import { operands } from '../../graph/op.js';
import type { Buffer, Plan } from '../engine.js';
import { HostBuffer, hostBuffer } from '../host-buffer.js';
import { alignUp } from '../pool/heap.js';
import type { EngineMemory } from '../pool/memory.js';
import type { Pool } from '../pool/pool.js';
import { whenUnreachable } from '../unreachable.js';
import { placeInArena } from './arena.js';
import { placeBarriers } from './barriers.js';
import type { Draft, HostCall, HostOperand } from './draft.js';
import { hostArray } from './draft.js';
import { livesOf } from './phase.js';
import { PlanMemory } from './plan-memory.js';
import { programBytes, writeProgram } from './program.js';
import { formatProgram } from './program-text.js';
import type { RecentCopies, RecentCopy } from './recent-copies.js';
import type { Region } from './region.js';
import type { Target } from './target.js';

/** How a plan may use the engine. */
export interface PlanOptions {
  /** All threads, or the calling one alone. */
  readonly together: boolean;
  /** A plan of one node: outputs are written straight into buffers that lie in the engine's memory. */
  readonly eager: boolean;
}

/** An input or output of the graph, and where the kernels find it now. */
interface Binding {
  readonly value: Value;
  readonly length: number;
  readonly region: Region;
  /** The plan's own memory for it, used while the buffer lies elsewhere; allocated when first needed. */
  home: number | undefined;
  address: number;
  view: TypedArray | undefined;
}

export class CompiledPlan implements Plan {
  readonly bytes: number;
  readonly dispose: () => void;
  private readonly room: PlanMemory;
  /** Reachable as long as the plan is. */
  private readonly life = {};
  private readonly programAddress: number;
  private readonly inputs: readonly Binding[];
  private readonly outputs: readonly Binding[];
  private readonly states: readonly number[];
  private readonly barriers: readonly boolean[];
  private readonly hostCalls: readonly (() => void)[];
  private readonly addresses = new Map<Region, number>();
  /** Words that hold an address within a region whose place may change from run to run. */
  private readonly patches = new Map<
    Region,
    { readonly word: number; readonly offset: number }[]
  >();

  constructor(
    graph: Graph,
    private readonly draft: Draft,
    private readonly memory: EngineMemory,
    private readonly pool: Pool,
    private readonly recent: RecentCopies,
    private readonly options: PlanOptions,
    { kernelId }: Target,
  ) {
    const { phases } = draft;
    const lives = livesOf(phases);
    for (const region of draft.inputs)
      lives.set(region, { first: 0, last: lives.get(region)?.last ?? 0 });
    for (const region of draft.outputs)
      lives.set(region, { first: lives.get(region)?.first ?? 0, last: phases.length });

    const tenants = [...lives].filter(([region]) => region.place === 'arena');
    const arena = placeInArena(tenants.map(([region, life]) => ({ bytes: region.bytes, life })));
    const constants = [...lives.keys()].filter((region) => region.data !== undefined);
    const constantBytes = constants.reduce((sum, region) => sum + alignUp(region.bytes), 0);
    const wordBytes = programBytes(phases).all;

    this.bytes = arena.bytes + constantBytes + wordBytes;
    const room = new PlanMemory(memory, arena.bytes, draft.releases);
    this.room = room;
    this.dispose = whenUnreachable(this.life, room);
    tenants.forEach(([region], i) => {
      this.addresses.set(region, room.slab.address + (arena.offsets[i] ?? 0));
    });
    this.programAddress = this.placeConstants(constants, this.allocate(constantBytes + wordBytes));

    const bind = (value: Value, region: Region): Binding => {
      const home = this.addresses.get(region);
      return {
        value,
        length: numel(value.shape),
        region,
        home,
        address: home ?? 0,
        view: undefined,
      };
    };
    this.inputs = draft.inputs.map((region, i) => bind(valueAt(graph.inputs, i), region));
    this.outputs = draft.outputs.map((region, i) => bind(valueAt(graph.outputs, i), region));
    this.states = graph.updates.map(({ state }) => graph.inputs.indexOf(state));
    for (const { region } of [...this.inputs, ...this.outputs]) this.patches.set(region, []);

    const extentOf = (region: Region) => {
      const start = region.place === 'arena' ? this.addresses.get(region) : undefined;
      return start === undefined ? undefined : { start, end: start + region.bytes };
    };
    // One node may write its output over its input: bound arrays can overlap in ways that regions do not show.
    this.barriers = options.eager ? phases.map(() => true) : placeBarriers(phases, extentOf);
    writeProgram(
      memory.memory.buffer,
      this.programAddress,
      phases,
      this.barriers,
      kernelId,
      (pointer, word) => {
        this.patches.get(pointer.region)?.push({ word, offset: pointer.offset });
        return (this.addresses.get(pointer.region) ?? 0) + pointer.offset;
      },
    );
    this.hostCalls = draft.hostCalls.map((call) => () => this.runOnHost(call));
  }

  get program(): string {
    return formatProgram(this.draft, this.barriers, this.bytes);
  }

  run(
    inputs: readonly Buffer[],
    outputs: readonly (Buffer | undefined)[] = [],
  ): readonly HostBuffer[] {
    for (const { input, check } of this.draft.checks) check(hostBuffer(inputs[input]).array);
    const results = this.outputs.map((binding, k) =>
      outputs[k] === undefined
        ? HostBuffer.uncleared(binding.value.dtype, binding.length)
        : given(outputs[k], binding),
    );
    // Room for results first: what it takes the place of cannot be read any more.
    const copies = this.options.eager
      ? results.map((buffer, k) => this.placeResult(k, buffer, inputs.includes(buffer)))
      : [];
    this.inputs.forEach((binding, i) => {
      const buffer = given(inputs[i], binding);
      if (this.place(binding, this.memory.addressOf(buffer) ?? this.recent.find(buffer)))
        this.viewOf(binding).set(buffer.array);
    });

    if (this.draft.phases.length > 0)
      this.pool.run(this.programAddress, this.hostCalls, this.options.together);

    results.forEach((buffer, k) => {
      this.copyOut(this.outputs[k], buffer, copies[k]);
    });
    for (const i of this.states) this.copyOut(this.inputs[i], hostBuffer(inputs[i]));
    return results;
  }

  /** A block that goes with the plan, which goes at once where there is no room for it. */
  private allocate(bytes: number): number {
    try {
      return this.room.allocate(bytes);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Writes constants to the front of the plan's `block` and returns where the rest starts. */
  private placeConstants(constants: readonly Region[], block: number): number {
    let address = block;
    for (const region of constants) {
      this.addresses.set(region, address);
      if (region.data !== undefined)
        new Uint8Array(this.memory.memory.buffer, address, region.bytes).set(
          region.data as Uint8Array,
        );
      address += alignUp(region.bytes);
    }
    return address;
  }

  /** Lets the kernels use what `lies` there, or else the plan's own memory, which must then be filled: true. */
  private place(binding: Binding, lies: number | undefined): boolean {
    if (lies === undefined) binding.home ??= this.room.allocate(binding.region.bytes);
    const address = lies ?? binding.home ?? 0;
    if (address !== binding.address) this.move(binding, address);
    return lies === undefined;
  }

  /** Lets the kernels write a result where it lies, or else where a copy of it can stay, which is returned. */
  private placeResult(k: number, buffer: HostBuffer, isInput: boolean): RecentCopy | undefined {
    const lies = this.memory.addressOf(buffer);
    const copy = lies === undefined && !isInput ? this.recent.reserve(buffer) : undefined;
    const binding = this.outputs[k];
    if (binding !== undefined) this.place(binding, lies ?? copy?.address);
    return copy;
  }

  private move(binding: Binding, address: number): void {
    binding.address = address;
    binding.view = undefined;
    this.addresses.set(binding.region, address);
    const words = new Uint32Array(this.memory.memory.buffer);
    for (const { word, offset } of this.patches.get(binding.region) ?? [])
      words[word] = address + offset;
  }

  /** Takes what the kernels have written for a buffer, of which `copy` stays. */
  private copyOut(binding: Binding | undefined, buffer: HostBuffer, copy?: RecentCopy): void {
    buffer.copy = copy;
    if (binding === undefined) return;
    const address = this.addresses.get(binding.region) ?? 0;
    if (this.memory.addressOf(buffer) === address) return;
    if (binding.address !== address) {
      binding.address = address;
      binding.view = undefined;
    }
    buffer.array.set(this.viewOf(binding));
  }

  private viewOf(binding: Binding): TypedArray {
    const { value, address, length, view } = binding;
    if (view?.buffer === this.memory.memory.buffer) return view;
    const fresh = this.memory.view(value.dtype, address, length);
    binding.view = fresh;
    return fresh;
  }

  private runOnHost({ inputs, outputs, run }: HostCall): void {
    const { buffer } = this.memory.memory;
    const arrays = (list: readonly HostOperand[]) =>
      list.map(({ value, region }) => {
        const address = this.addresses.get(region);
        if (address === undefined) throw internalError(`value %${value.id} has no address`);
        return hostArray(value, buffer, address);
      });
    run(operands(arrays(inputs)), operands(arrays(outputs)));
  }
}

function valueAt(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw internalError(`graph has no value ${index}`);
  return value;
}

function given(buffer: Buffer | undefined, { value, length }: Binding): HostBuffer {
  const host = hostBuffer(buffer);
  if (host.length !== length)
    throw internalError(`value %${value.id} is bound to a buffer of another length`);
  return host;
}
