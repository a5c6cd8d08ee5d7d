/** Whoever has the GPU: does what it is told, in that order. */
import type { TypedArray } from '../../../core/dtype.js';
import { EngineError, internalError, reasonOf, WickError } from '../../../core/errors.js';
import { numel } from '../../../core/shape.js';
import { graphNode, runReference } from '../../../graph/graph.js';
import { operands, opSpec } from '../../../graph/op.js';
import type { OpAttrs, OpName } from '../../../graph/op-attrs.js';
import type { OpenedDevice } from './adapter.js';
import { DeviceMemory } from './device-memory.js';
import { DevicePlan } from './device-plan.js';
import { deviceBytes, fromDevice, toDevice } from './elements.js';
import { ErrorScopes } from './error-scopes.js';
import { type GpuBuffer, type GpuDevice, type GpuPipeline, mapRead, usage } from './gpu-api.js';
import type { HostCall, HostOperand, Orders, Place, Questions } from './orders.js';
import { packedBytes, unpack, unpackShader, worthPacking } from './unpack.js';

/** Pipelines that are kept for other plans with the same shaders. */
const mostPipelines = 1024;

/** Runs that may be on their way on the device: each keeps what it has uploaded. */
const mostUnderWay = 8;

type Told = { [K in keyof Orders]: (...args: Parameters<Orders[K]>) => void | Promise<void> };

export class Owner {
  private readonly device: GpuDevice;
  private readonly memory: DeviceMemory;
  private readonly scopes: ErrorScopes;
  private readonly plans = new Map<number, DevicePlan>();
  private readonly buffers = new Map<number, GpuBuffer>();
  private readonly pipelines = new Map<string, GpuPipeline>();
  private readonly underWay: Promise<void>[] = [];
  /** What the device has promised. */
  private readonly promised = new Set<Promise<unknown>>();
  private outputsOf = new Map<number, readonly number[]>();
  /** Buffers whose elements could not be computed, and why: what an op of the host refuses, others need not suffer for. */
  private readonly faults = new Map<number, WickError>();
  /** Why nothing can be computed any more. */
  private failure: EngineError | undefined;

  constructor(readonly opened: OpenedDevice) {
    const { device } = opened;
    this.device = device;
    this.memory = new DeviceMemory(device);
    this.scopes = new ErrorScopes(device);
    void device.lost.then(({ reason, message }) => {
      this.failure = new EngineError(
        'webgpu',
        `the GPU was lost (${message || reason}), and what was in its memory with it; go on from the last checkpoint: wick train --resume`,
      );
    });
  }

  readonly orders: Told = {
    prepare: (plan, order) => {
      this.outputsOf.set(
        plan,
        order.outputs.map(({ dtype, length }) => deviceBytes(dtype, length)),
      );
      this.plans.set(
        plan,
        new DevicePlan(
          this.device,
          this.memory,
          order,
          (name, text) => this.pipelineOf(name, text),
          (buffer, data) => this.upload(buffer, data),
        ),
      );
    },
    run: (id, inputs, outputs) => {
      const plan = this.plans.get(id);
      if (plan === undefined) throw internalError(`there is no plan ${id} on the device`);
      const fault = inputs.map((input) => this.faults.get(input)).find((x) => x !== undefined);
      if (fault !== undefined) return this.blame(outputs, fault);
      const sizes = this.outputsOf.get(id) ?? [];
      const bound = {
        inputs: inputs.map((input) => this.bufferOf(input)),
        outputs: outputs.map((output, k) => this.ensure(output, sizes[k] ?? 4)),
      };
      const running = plan.run(bound, (call, bufferOf) => this.runOnHost(call, bufferOf));
      return this.follow(running?.catch((error) => this.blame(outputs, error)));
    },
    write: (id, dtype, data) => this.upload(this.ensure(id, deviceBytes(dtype, data.length)), data),
    free: (id) => {
      const buffer = this.buffers.get(id);
      if (buffer !== undefined) this.memory.give(buffer);
      this.buffers.delete(id);
      this.faults.delete(id);
    },
    dispose: (id) => {
      this.plans.get(id)?.dispose();
      this.plans.delete(id);
      this.outputsOf.delete(id);
    },
    destroy: () => this.device.destroy(),
  };

  readonly questions: Questions = {
    read: async (id, dtype, length) => {
      this.requireDevice();
      const fault = this.faults.get(id);
      if (fault !== undefined) throw fault;
      const bytes = await this.fetch(this.bufferOf(id), deviceBytes(dtype, length));
      this.requireDevice();
      const { buffer, byteOffset, byteLength } = fromDevice(dtype, length, bytes);
      return new Uint8Array(buffer, byteOffset, byteLength);
    },
    counts: () => {
      const counts = {
        buffers: this.buffers.size,
        plans: this.plans.size,
        pipelines: this.pipelines.size,
        bytes: this.memory.bytes,
      };
      return Promise.resolve(new TextEncoder().encode(JSON.stringify(counts)));
    },
  };

  /** Why nothing can be computed any more, thrown. */
  private requireDevice(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  /** Lets who reads one of these buffers know what an op of the host refused; whatever else goes wrong is everybody's. */
  private blame(outputs: readonly number[], error: unknown): void {
    const isOwn = error instanceof WickError && !(error instanceof EngineError);
    if (!isOwn || outputs.length === 0) throw error;
    for (const output of outputs) this.faults.set(output, error);
  }

  /** Keeps the first reason: those that follow come of it. */
  private fail(message: string): void {
    const limit = this.opened.facts.maxBufferSize;
    const first = message.split('\n')[0] ?? message;
    const isMemory = /memory|allocat|too large|exceeds the max/i.test(message);
    this.failure ??= new EngineError(
      'webgpu',
      isMemory
        ? `the GPU has not enough memory (${first}; one tensor may have ${(limit / 2 ** 30).toFixed(1)} GiB); use smaller batches`
        : `the GPU refused an order (${first}); choose another engine, and report it`,
    );
  }

  private bufferOf(id: number): GpuBuffer {
    const buffer = this.buffers.get(id);
    if (buffer === undefined) throw internalError(`there is no buffer ${id} on the device`);
    return buffer;
  }

  private ensure(id: number, bytes: number): GpuBuffer {
    const known = this.buffers.get(id);
    if (known !== undefined) return known;
    const fresh = this.memory.take(bytes);
    this.buffers.set(id, fresh);
    return fresh;
  }

  private upload(buffer: GpuBuffer, data: TypedArray): void {
    const { queue } = this.device;
    if (data instanceof Uint8Array && data.length >= worthPacking) {
      const packed = this.memory.take(data.length);
      queue.writeBuffer(packed, 0, packedBytes(data));
      unpack(this.device, this.pipelineOf('unpack', unpackShader), packed, buffer);
      this.memory.give(packed);
    } else if (data.length > 0) queue.writeBuffer(buffer, 0, toDevice(data));
  }

  private pipelineOf(label: string, code: string): GpuPipeline {
    const known = this.pipelines.get(code);
    if (known !== undefined) return this.kept(code, known);
    const module = this.device.createShaderModule({ label, code });
    const compute = { module, entryPoint: 'main' };
    const pipeline = this.device.createComputePipeline({ label, layout: 'auto', compute });
    return this.kept(code, pipeline);
  }

  /** Keeps the pipelines that were asked for last. */
  private kept(code: string, pipeline: GpuPipeline): GpuPipeline {
    this.pipelines.delete(code);
    this.pipelines.set(code, pipeline);
    const [oldest] = this.pipelines.keys();
    if (oldest !== undefined && this.pipelines.size > mostPipelines) this.pipelines.delete(oldest);
    return pipeline;
  }

  /** Gives the device up. Dawn ends a process in which it has left a promise open, so they are waited for. */
  async close(): Promise<void> {
    this.device.destroy();
    await Promise.allSettled(this.promised);
  }

  private noted<T>(promise: Promise<T>): Promise<T> {
    this.promised.add(promise);
    const forget = () => void this.promised.delete(promise);
    promise.then(forget, forget);
    return promise;
  }

  /** Lets the device be only so far behind. */
  private follow(run: Promise<void> | undefined): Promise<void> | undefined {
    this.underWay.push(this.noted(this.device.queue.onSubmittedWorkDone()).catch(() => {}));
    const oldest = this.underWay.length > mostUnderWay ? this.underWay.shift() : undefined;
    if (run === undefined) return oldest;
    return run.then(() => oldest);
  }

  /** The bytes of a buffer when all that was submitted has run. */
  private async fetch(buffer: GpuBuffer, bytes: number): Promise<ArrayBuffer> {
    const size = Math.ceil(bytes / 4) * 4;
    const landing = this.device.createBuffer({ size, usage: usage.mapRead | usage.copyTarget });
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, landing, 0, size);
    this.device.queue.submit([encoder.finish()]);
    const mapped = this.noted(landing.mapAsync(mapRead));
    const refused = this.noted(this.scopes.firstError());
    try {
      // Both at once: what was refused is a reason why nothing can be mapped.
      const [, how] = await Promise.allSettled([mapped, refused]);
      if (how.status === 'fulfilled' && how.value !== null) this.fail(how.value);
      await mapped;
      return landing.getMappedRange().slice(0);
    } catch (error) {
      this.requireDevice();
      throw new EngineError('webgpu', `elements cannot be read from the GPU (${reasonOf(error)})`);
    } finally {
      landing.destroy();
    }
  }

  private async runOnHost(
    { name, attrs, inputs, outputs }: HostCall,
    bufferOf: (place: Place) => GpuBuffer,
  ): Promise<void> {
    const op = opSpec(name as OpName);
    const typed = ({ shape, dtype }: HostOperand, data: TypedArray) => ({ shape, dtype, data });
    const from = await Promise.all(
      inputs.map(async (input) => {
        const length = numel(input.shape);
        const bytes = await this.fetch(bufferOf(input.place), deviceBytes(input.dtype, length));
        return typed(input, fromDevice(input.dtype, length, bytes));
      }),
    );
    const to = outputs.map((output) => typed(output, emptyArray(output)));
    const values = (list: readonly HostOperand[]) =>
      list.map(({ shape, dtype }, id) => ({ id, shape, dtype }));
    const node = graphNode(op, attrs as OpAttrs[OpName], values(inputs), values(outputs)); // Of that op, as the graph had them.
    runReference(node, operands(from), operands(to));
    to.forEach(({ data }, k) => {
      const place = outputs[k]?.place;
      if (place !== undefined) this.upload(bufferOf(place), data);
    });
  }
}

function emptyArray({ shape, dtype }: HostOperand): TypedArray {
  return fromDevice(dtype, numel(shape), new ArrayBuffer(deviceBytes(dtype, numel(shape))));
}

/** The type of an order's or a question's name with what it is given. */
export type Message = {
  [K in keyof Orders]: readonly [K, ...Parameters<Orders[K]>];
}[keyof Orders];
