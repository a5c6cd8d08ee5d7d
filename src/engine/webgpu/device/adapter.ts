/** Which GPU computes: a real one, or a software adapter where that is asked for. */
import { EngineError, reasonOf } from '../../../core/errors.js';
import { grain } from './device-memory.js';
import type { Gpu, GpuAdapter, GpuDevice, GpuLimit } from './gpu-api.js';

/** `software`: WebGPU computed by the CPU, for tests; a hundred times slower than this library's other engines. */
export type AdapterKind = 'gpu' | 'software';

/** What is known of the adapter. */
export interface AdapterFacts {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly software: boolean;
  /** Whether shaders may store half floats. */
  readonly float16: boolean;
  readonly maxBufferSize: number;
  readonly maxStorageBuffers: number;
}

export interface OpenedDevice {
  readonly device: GpuDevice;
  readonly facts: AdapterFacts;
  /**
   * What the device came from. Dawn's device does not keep its instance alive: where that is collected, its threads go, and
   * the next shader that is compiled ends the process.
   */
  readonly origin: readonly [gpu: Gpu, adapter: GpuAdapter];
}

const softwareNames = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|warp/i;

/** Limits that are asked for as high as the adapter has them. */
const raised: readonly GpuLimit[] = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
];

const halfFloats = 'shader-f16';

/** @throws EngineError where there is no adapter of that kind, or it gives no device */
export async function openDevice(gpu: Gpu, kind: AdapterKind): Promise<OpenedDevice> {
  const adapter = await findAdapter(gpu, kind);
  const requiredLimits: Partial<Record<GpuLimit, number>> = {};
  for (const name of raised) requiredLimits[name] = adapter.limits[name];
  const facts = factsOf(adapter);
  const requiredFeatures = facts.float16 ? [halfFloats] : [];
  const device = await adapter
    .requestDevice({ requiredLimits, requiredFeatures })
    .catch((cause) => {
      throw new EngineError(
        'webgpu',
        `${facts.description} cannot be opened (${reasonOf(cause)}); choose another engine`,
        { cause },
      );
    });
  return { device, facts, origin: [gpu, adapter] };
}

async function findAdapter(gpu: Gpu, kind: AdapterKind): Promise<GpuAdapter> {
  const options =
    kind === 'software'
      ? [{ forceFallbackAdapter: true }, {}]
      : [{ powerPreference: 'high-performance' } as const];
  const found: string[] = [];
  for (const option of options) {
    const adapter = await gpu.requestAdapter(option);
    if (adapter === null) continue;
    if (factsOf(adapter).software === (kind === 'software')) return adapter;
    found.push(factsOf(adapter).description);
  }
  if (kind === 'software')
    throw new EngineError(
      'webgpu',
      `there is no software adapter${found.length > 0 ? `, only ${found.join(', ')}` : ''}; install one, such as ` +
        "SwiftShader with Debian's chromium, or lavapipe",
    );
  throw new EngineError(
    'webgpu',
    found.length > 0
      ? `there is no GPU, only ${found.join(', ')}, which the CPU computes; choose another engine, or for tests WICK_WEBGPU_ADAPTER=software`
      : 'there is no GPU that WebGPU knows (Vulkan, Metal or Direct3D 12 with its driver); choose another engine',
  );
}

function factsOf({ info, features, limits }: GpuAdapter): AdapterFacts {
  const { vendor, architecture } = info;
  // Browsers tell pages no more than these two.
  const family = [vendor, architecture].filter((name) => name !== '').join(' ');
  const description = info.description || info.device || family || 'an adapter without a name';
  return {
    vendor,
    architecture,
    description,
    software:
      info.isFallbackAdapter === true || softwareNames.test(`${architecture} ${description}`),
    float16: features.has(halfFloats),
    // Whole grains: a buffer is rounded up to them.
    maxBufferSize:
      Math.floor(Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize) / grain) *
      grain,
    maxStorageBuffers: limits.maxStorageBuffersPerShaderStage,
  };
}
