/** A GPU that is made up: it computes nothing, refuses what it is told to refuse, and is lost when it is told. */
import { openDevice } from '../../../src/engine/webgpu/device/adapter.js';
import { directLine } from '../../../src/engine/webgpu/device/direct-line.js';
import type {
  Gpu,
  GpuBuffer,
  GpuDevice,
  GpuLimit,
} from '../../../src/engine/webgpu/device/gpu-api.js';
import { Owner } from '../../../src/engine/webgpu/device/owner.js';
import { webGpuEngine } from '../../../src/engine/webgpu/webgpu.js';

type ErrorFilter = Parameters<GpuDevice['pushErrorScope']>[0];

export class MadeUp {
  constructor(private readonly limits: Partial<Record<GpuLimit, number>> = {}) {}

  lose: (how: { reason: string; message: string }) => void = () => {};
  submits = 0;
  /** When elements may be read. */
  mapped = Promise.resolve();
  /** What was said outside of all scopes, where Dawn prints it. */
  readonly printed: string[] = [];
  private readonly scopes: { filter: ErrorFilter; error: { message: string } | null }[] = [];

  /** Refuses an order, as the standard has it: the innermost scope of that kind keeps the first. */
  refuse(filter: ErrorFilter, message: string): void {
    const scope = this.scopes.findLast((open) => open.filter === filter);
    if (scope === undefined) this.printed.push(message);
    else scope.error ??= { message };
  }

  readonly device: GpuDevice = {
    queue: {
      submit: () => void this.submits++,
      writeBuffer() {},
      onSubmittedWorkDone: async () => {},
    },
    lost: new Promise((resolve) => {
      this.lose = resolve;
    }),
    createBuffer: ({ size }): GpuBuffer => ({
      size,
      mapAsync: () => this.mapped,
      getMappedRange: () => new ArrayBuffer(size),
      unmap() {},
      destroy() {},
    }),
    createShaderModule: () => ({}),
    createComputePipeline: () => ({ getBindGroupLayout: () => ({}) }),
    createBindGroup: () => ({}),
    createCommandEncoder: () => ({
      beginComputePass: () => ({
        setPipeline() {},
        setBindGroup() {},
        dispatchWorkgroups() {},
        end() {},
      }),
      copyBufferToBuffer() {},
      finish: () => ({}),
    }),
    pushErrorScope: (filter) => void this.scopes.push({ filter, error: null }),
    popErrorScope: async () => this.scopes.pop()?.error ?? null,
    destroy: () => this.lose({ reason: 'destroyed', message: '' }),
  };

  /** One that the device does not reach. */
  gpu(): Gpu {
    return {
      requestAdapter: async () => ({
        info: { vendor: '', architecture: '', device: '', description: 'made up' },
        features: { has: () => false },
        limits: {
          maxBufferSize: 2 ** 30,
          maxStorageBufferBindingSize: 2 ** 30,
          maxStorageBuffersPerShaderStage: 8,
          maxComputeWorkgroupsPerDimension: 65535,
          ...this.limits,
        },
        requestDevice: async () => this.device,
      }),
    };
  }

  async open(gpu = this.gpu()) {
    const opened = await openDevice(gpu, 'gpu');
    return webGpuEngine(directLine(new Owner(opened)), opened.facts);
  }
}
