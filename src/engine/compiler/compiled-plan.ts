/** A plan: phases with addresses in the engine's memory, and the buffers of the caller bound to them. */
import type { TypedArray } from '../../core/dtype.js';
import { internalError } from '../../core/errors.js';
import { numel } from '../../core/shape.js';
import type { Graph, Value } from '../../graph/graph.js';
import { operands } from '../../graph/op.js';
import type { Buffer, Plan } from '../engine.js';
import { HostBuffer, hostBuffer } from '../host-buffer.js';
import type { EngineMemory } from '../pool/memory.js';
import type { Pool } from '../pool/pool.js';
import { whenUnreachable } from '../unreachable.js';
import type { Draft, HostCall, HostOperand } from './draft.js';
import { hostArray } from './draft.js';
import { type LaidOutPreparation, layOutPlan, type PlanLayout } from './plan-layout.js';
import { formatProgram } from './program-text.js';
import type { RecentCopies, RecentCopy } from './recent-copies.js';
import type { Region } from './region.js';
import { regionsOf } from './schedule.js';
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
  /** An input whose elements stay where they are between runs. */
  readonly isSteady: boolean;
  /** Whether every run needs it. */
  readonly isRead: boolean;
  /** The plan's own memory for it, used while the buffer lies elsewhere; allocated when first needed. */
  home: number | undefined;
  /** Of the elements there, if they are steady. */
  stamp: number | undefined;
  address: number;
  view: TypedArray | undefined;
}

/** A preparation, and the stamps of its inputs when it ran last. */
interface Preparation extends LaidOutPreparation {
  stamps: readonly (number | undefined)[];
}

export class CompiledPlan implements Plan {
  readonly bytes: number;
  readonly dispose: () => void;
  /** Reachable as long as the plan is. */
  private readonly life = {};
  private readonly layout: PlanLayout;
  private readonly preparations: readonly Preparation[];
  private readonly inputs: readonly Binding[];
  private readonly outputs: readonly Binding[];
  private readonly states: readonly number[];
  private readonly hostCalls: readonly (() => void)[];

  constructor(
    graph: Graph,
    private readonly draft: Draft,
    private readonly memory: EngineMemory,
    private readonly pool: Pool,
    private readonly recent: RecentCopies,
    private readonly options: PlanOptions,
    target: Target,
  ) {
    // One node may write its output over its input: bound arrays can overlap in ways that regions do not show.
    this.layout = layOutPlan(draft, memory, target, options.eager);
    const { room, bytes, addresses, preparations, everyRun } = this.layout;
    this.bytes = bytes;
    this.dispose = whenUnreachable(this.life, room);
    this.preparations = preparations.map((preparation) => ({ ...preparation, stamps: [] }));

    const read = regionsOf(everyRun.phases);
    const bind = (value: Value, region: Region, isSteady: boolean): Binding => {
      const home = addresses.get(region);
      return {
        ...{ value, length: numel(value.shape), region, isSteady },
        isRead: read.has(region) || draft.outputs.includes(region),
        ...{ home, stamp: undefined, address: home ?? 0, view: undefined },
      };
    };
    this.inputs = draft.inputs.map((region, i) =>
      bind(at(graph.inputs, i), region, draft.steady.includes(i)),
    );
    this.outputs = draft.outputs.map((region, i) => bind(at(graph.outputs, i), region, false));
    this.states = graph.updates.map(({ state }) => graph.inputs.indexOf(state));
    this.hostCalls = draft.hostCalls.map((call) => () => this.runOnHost(call));
  }

  get program(): string {
    const { preparations, everyRun } = this.layout;
    return formatProgram(this.draft, preparations, everyRun, this.bytes);
  }

  run(
    inputs: readonly Buffer[],
    outputs: readonly (Buffer | undefined)[] = [],
  ): readonly HostBuffer[] {
    for (const { input, check } of this.draft.checks) check(hostBuffer(inputs[input]).array);
    const results = this.outputs.map((binding, k) =>
      outputs[k] === undefined ? this.newResult(binding) : given(outputs[k], binding),
    );
    // Room for results first: what it takes the place of cannot be read any more.
    const copies = this.options.eager
      ? results.map((buffer, k) => this.placeResult(k, buffer, inputs.includes(buffer)))
      : [];
    this.prepare(inputs);
    this.inputs.forEach((binding, i) => {
      if (binding.isRead || !binding.isSteady) this.bring(binding, given(inputs[i], binding));
    });

    const { phases, address } = this.layout.everyRun;
    if (phases.length > 0) this.pool.run(address, this.hostCalls, this.options.together);

    results.forEach((buffer, k) => {
      this.copyOut(this.outputs[k], buffer, copies[k]);
    });
    for (const i of this.states) this.copyOut(this.inputs[i], hostBuffer(inputs[i]));
    return results;
  }

  /** Ops one by one find each other's results in the engine's memory. */
  private newResult({ value: { dtype }, length }: Binding): HostBuffer {
    const here = this.options.eager ? this.memory.allocateResult(dtype, length) : undefined;
    return here ?? HostBuffer.uncleared(dtype, length);
  }

  /** Runs the preparations whose inputs have changed since they ran. */
  private prepare(inputs: readonly (Buffer | undefined)[]): void {
    for (const preparation of this.preparations) {
      const buffers = preparation.inputs.map((i) => hostBuffer(inputs[i]));
      const stamps = buffers.map(({ stamp }) => stamp);
      if (stamps.every((stamp, k) => stamp !== undefined && stamp === preparation.stamps[k]))
        continue;
      preparation.stamps = [];
      preparation.inputs.forEach((i, k) => {
        const binding = at(this.inputs, i);
        this.bring(binding, given(buffers[k], binding));
      });
      this.pool.run(preparation.address, [], this.options.together);
      preparation.stamps = stamps;
    }
  }

  /** Lets the kernels find the elements of an input. */
  private bring(binding: Binding, buffer: HostBuffer): void {
    const lies = this.memory.addressOf(buffer) ?? this.recent.find(buffer);
    if (!this.place(binding, lies)) return;
    const { stamp } = buffer;
    if (stamp !== undefined && stamp === binding.stamp) return;
    this.viewOf(binding).set(buffer.array);
    if (binding.isSteady) binding.stamp = stamp;
  }

  /** Lets the kernels use what `lies` there, or else the plan's own memory, which must then be filled: true. */
  private place(binding: Binding, lies: number | undefined): boolean {
    if (lies === undefined) binding.home ??= this.layout.room.allocate(binding.region.bytes);
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
    this.layout.addresses.set(binding.region, address);
    const words = new Uint32Array(this.memory.memory.buffer);
    for (const { word, offset } of this.layout.patches.get(binding.region) ?? [])
      words[word] = address + offset;
  }

  /** Takes what the kernels have written for a buffer, of which `copy` stays. */
  private copyOut(binding: Binding | undefined, buffer: HostBuffer, copy?: RecentCopy): void {
    buffer.changed(copy);
    if (binding === undefined) return;
    const address = this.layout.addresses.get(binding.region) ?? 0;
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
        const address = this.layout.addresses.get(region);
        if (address === undefined) throw internalError(`value %${value.id} has no address`);
        return hostArray(value, buffer, address);
      });
    run(operands(arrays(inputs)), operands(arrays(outputs)));
  }
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw internalError(`graph has no value ${index}`);
  return found;
}

function given(buffer: Buffer | undefined, { value, length }: Binding): HostBuffer {
  const host = hostBuffer(buffer);
  if (host.length !== length)
    throw internalError(`value %${value.id} is bound to a buffer of another length`);
  return host;
}
