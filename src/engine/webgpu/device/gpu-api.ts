/** The part of the WebGPU interface that this engine uses (TypeScript declares it only together with the DOM). */

export interface Gpu {
  requestAdapter(options?: {
    readonly powerPreference?: 'high-performance' | 'low-power';
    readonly forceFallbackAdapter?: boolean;
  }): Promise<GpuAdapter | null>;
}

export interface GpuAdapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
  readonly features: { has(name: string): boolean };
  readonly limits: Readonly<Record<GpuLimit, number>>;
  requestDevice(descriptor: {
    readonly requiredLimits: Readonly<Partial<Record<GpuLimit, number>>>;
    readonly requiredFeatures: readonly string[];
  }): Promise<GpuDevice>;
}

export type GpuLimit =
  | 'maxBufferSize'
  | 'maxStorageBufferBindingSize'
  | 'maxStorageBuffersPerShaderStage'
  | 'maxComputeWorkgroupsPerDimension';

export interface GpuDevice {
  readonly queue: GpuQueue;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  createBuffer(descriptor: { readonly size: number; readonly usage: number }): GpuBuffer;
  createShaderModule(descriptor: { readonly code: string; readonly label: string }): object;
  createComputePipeline(descriptor: {
    readonly label: string;
    readonly layout: 'auto';
    readonly compute: { readonly module: object; readonly entryPoint: string };
  }): GpuPipeline;
  createBindGroup(descriptor: {
    readonly layout: object;
    readonly entries: readonly {
      readonly binding: number;
      readonly resource: { readonly buffer: GpuBuffer };
    }[];
  }): object;
  createCommandEncoder(): GpuEncoder;
  pushErrorScope(filter: 'validation' | 'out-of-memory' | 'internal'): void;
  popErrorScope(): Promise<{ readonly message: string } | null>;
  destroy(): void;
}

export interface GpuPipeline {
  getBindGroupLayout(index: number): object;
}

export interface GpuBuffer {
  readonly size: number;
  mapAsync(mode: number): Promise<void>;
  getMappedRange(offset?: number, size?: number): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

export interface GpuEncoder {
  beginComputePass(): GpuPass;
  copyBufferToBuffer(from: GpuBuffer, at: number, to: GpuBuffer, place: number, size: number): void;
  finish(): object;
}

export interface GpuPass {
  setPipeline(pipeline: GpuPipeline): void;
  setBindGroup(index: number, group: object): void;
  dispatchWorkgroups(x: number, y: number, z: number): void;
  end(): void;
}

export interface GpuQueue {
  submit(commands: readonly object[]): void;
  writeBuffer(buffer: GpuBuffer, at: number, data: ArrayBufferView): void;
  onSubmittedWorkDone(): Promise<void>;
}

/** Flags of buffers, as the standard numbers them. */
export const usage = { mapRead: 1, copySource: 4, copyTarget: 8, storage: 128 } as const;
export const mapRead = 1;
