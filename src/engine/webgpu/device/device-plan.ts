/** A plan on the device: pipelines and memory made once; a run is one command buffer, or one between any two ops of the host. */
import { internalError } from '../../../core/errors.js';
import type { DeviceMemory } from './device-memory.js';
import { deviceBytes } from './elements.js';
import type { GpuBuffer, GpuDevice, GpuPipeline } from './gpu-api.js';
import type { Dispatch, HostCall, Place, PlanOrder } from './orders.js';

/** The buffers that a run binds. */
export interface Bound {
  readonly inputs: readonly GpuBuffer[];
  readonly outputs: readonly GpuBuffer[];
}

/** Runs an op of the host on buffers of the device. */
export type RunOnHost = (call: HostCall, bufferOf: (place: Place) => GpuBuffer) => Promise<void>;

/** The buffers that a dispatch was bound to last, and what came of it. */
interface LastBinding {
  buffers: readonly GpuBuffer[];
  group: object;
}

export class DevicePlan {
  private readonly pipelines: readonly GpuPipeline[];
  private readonly slots: readonly GpuBuffer[];
  private readonly constants: readonly GpuBuffer[];
  private readonly last = new Map<Dispatch, LastBinding>();

  constructor(
    private readonly device: GpuDevice,
    private readonly memory: DeviceMemory,
    private readonly order: PlanOrder,
    pipelineOf: (name: string, text: string) => GpuPipeline,
    upload: (buffer: GpuBuffer, data: PlanOrder['constants'][number]['data']) => void,
  ) {
    this.pipelines = order.codes.map(({ name, text }) => pipelineOf(name, text));
    this.slots = order.slots.map((bytes) => memory.take(bytes));
    this.constants = order.constants.map(({ dtype, data }) => {
      const buffer = memory.take(deviceBytes(dtype, data.length));
      upload(buffer, data);
      return buffer;
    });
  }

  /** Submits everything; returns what to wait for where an op of the host is among it. */
  run(bound: Bound, runOnHost: RunOnHost): Promise<void> | undefined {
    const { steps } = this.order;
    const firstHost = steps.findIndex((step) => step.do === 'host');
    if (firstHost !== -1) return this.runWithHost(bound, runOnHost);
    this.submit(bound, 0, steps.length);
    return undefined;
  }

  private async runWithHost(bound: Bound, runOnHost: RunOnHost): Promise<void> {
    const { steps } = this.order;
    let from = 0;
    for (const [k, step] of steps.entries()) {
      if (step.do !== 'host') continue;
      this.submit(bound, from, k);
      await runOnHost(step, (place) => this.bufferOf(place, bound));
      from = k + 1;
    }
    this.submit(bound, from, steps.length);
  }

  private submit(bound: Bound, from: number, end: number): void {
    if (from === end) return;
    const encoder = this.device.createCommandEncoder();
    let pass: ReturnType<typeof encoder.beginComputePass> | undefined;
    for (const step of this.order.steps.slice(from, end)) {
      if (step.do === 'copy') {
        pass?.end();
        pass = undefined;
        const source = this.bufferOf(step.from, bound);
        const target = this.bufferOf(step.to, bound);
        if (source !== target) encoder.copyBufferToBuffer(source, 0, target, 0, step.bytes);
      } else if (step.do === 'dispatch') {
        pass ??= encoder.beginComputePass();
        pass.setPipeline(this.pipelineOf(step));
        pass.setBindGroup(0, this.groupOf(step, bound));
        pass.dispatchWorkgroups(...step.groups);
      }
    }
    pass?.end();
    this.device.queue.submit([encoder.finish()]);
  }

  private pipelineOf({ code }: Dispatch): GpuPipeline {
    const pipeline = this.pipelines[code];
    if (pipeline === undefined) throw internalError(`a plan has no shader ${code}`);
    return pipeline;
  }

  private groupOf(step: Dispatch, bound: Bound): object {
    const buffers = step.places.map((place) => this.bufferOf(place, bound));
    const known = this.last.get(step);
    if (known?.buffers.every((buffer, k) => buffer === buffers[k])) return known.group;
    const group = this.device.createBindGroup({
      layout: this.pipelineOf(step).getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    this.last.set(step, { buffers, group });
    return group;
  }

  private bufferOf({ in: where, at }: Place, { inputs, outputs }: Bound): GpuBuffer {
    const lists = { input: inputs, output: outputs, slot: this.slots, constant: this.constants };
    const buffer = lists[where][at];
    if (buffer === undefined) throw internalError(`a plan has no ${where} ${at}`);
    return buffer;
  }

  dispose(): void {
    for (const buffer of [...this.slots, ...this.constants]) this.memory.give(buffer);
    this.last.clear();
  }
}
