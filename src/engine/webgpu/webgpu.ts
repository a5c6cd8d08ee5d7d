/** Engine `webgpu`: a plan is one command buffer of shaders over buffers that stay on the GPU. */
import type { DType, TypedArray } from '../../core/dtype.js';
import { EngineError } from '../../core/errors.js';
import { numel } from '../../core/shape.js';
import type { Graph } from '../../graph/graph.js';
import type { Buffer, Engine, Plan, PrepareOptions } from '../engine.js';
import { HostBuffer, hostBuffer } from '../host-buffer.js';
import { type Precision, refusePrecision } from '../precision.js';
import { releaseUnreachable, whenUnreachable } from '../unreachable.js';
import type { AdapterFacts, AdapterKind } from './device/adapter.js';
import { deviceBytes } from './device/elements.js';
import type { Line } from './device/line.js';
import type { DeviceCounts } from './device/orders.js';
import { WatchedLine } from './device/watched-line.js';
import { DeviceBuffer, type Meter, nextId } from './device-buffer.js';
import { lowerings } from './lower/table.js';
import { lowerGraph } from './plan/lower-graph.js';
import type { Abilities } from './plan/lowered.js';
import type { Binding } from './plan/places.js';
import { planOrder } from './plan/plan-order.js';
import { requireRoom } from './room.js';

export interface WebGpuEngine extends Engine {
  readonly adapter: AdapterFacts;
  /** What the device's memory holds. */
  counts(): Promise<DeviceCounts>;
  /** Loses the GPU, as a driver may: whatever is in its memory is gone. */
  lose(): void;
  /** Ends the thread that has the GPU, which ends by itself when nobody reaches the engine any more. */
  stop(): void;
}

export interface WebGpuOptions {
  /** `software`: one that the CPU computes, for tests. @default 'gpu' */
  readonly adapter?: AdapterKind;
  /** Whether products use tiles in the memory that a group shares. @default true, but false on software adapters */
  readonly tiles?: boolean;
  /**
   * Whether Winograd may compute 3 × 3 convolutions, where it pays on paper; `always`: wherever it can, for tests. It has ten
   * times direct convolution's rounding, by tiles (docs/numbers.md).
   * @default true
   */
  readonly winograd?: boolean | 'always';
}

export interface WebGpuSettings extends Pick<WebGpuOptions, 'tiles' | 'winograd'> {
  /** Finds objects that nobody reaches. */
  collectGarbage?(): void;
}

/** Bytes of results that nobody may need any more before the collector is asked. */
const firstCollection = 1 << 29;

export function webGpuEngine(
  given: Line,
  adapter: AdapterFacts,
  { tiles = !adapter.software, winograd = true, collectGarbage }: WebGpuSettings = {},
): WebGpuEngine {
  const abilities: Abilities = {
    tiles,
    winograd: winograd === 'always' ? winograd : winograd ? 'where it pays' : 'never',
    mostBindings: adapter.maxStorageBuffers,
    largestBuffer: adapter.maxBufferSize,
  };
  const line = new WatchedLine(given);
  const meter: Meter = { bytes: 0 };
  let nextCollection = firstCollection;

  function make(dtype: DType, length: number): DeviceBuffer {
    const bytes = deviceBytes(dtype, length);
    requireRoom(`a tensor of ${length} elements`, bytes, abilities.largestBuffer);
    if (meter.bytes > nextCollection) {
      collectGarbage?.();
      releaseUnreachable();
      nextCollection = Math.max(firstCollection, 2 * meter.bytes);
    }
    return new DeviceBuffer(engine, line, meter, dtype, length);
  }

  /** The buffer as it is on the device: itself, the copy of a host's that is there, or a new one. */
  function there(buffer: Buffer): DeviceBuffer {
    if (buffer instanceof DeviceBuffer) return buffer;
    const host = hostBuffer(buffer);
    if (host.copy instanceof DeviceBuffer && host.copy.engine === engine) return host.copy;
    const copy = make(host.dtype, host.length);
    line.send('write', copy.id, host.dtype, host.array.slice());
    if (!host.isHandedOut) host.copy = copy;
    return copy;
  }

  function requirePrecision(precision: Precision): void {
    const { description, float16 } = adapter;
    if (precision === 'float16' && !float16)
      throw new EngineError(
        'webgpu',
        `precision 'float16' needs a GPU with shader-f16, and ${description} is without; use float32`,
      );
    const instead = float16 ? 'use float16 or float32' : 'use float32';
    if (precision === 'bfloat16') refusePrecision('webgpu', precision, 'engine webgpu', instead);
  }

  function prepare(graph: Graph, { precision = 'float32' }: PrepareOptions = {}): Plan {
    requirePrecision(precision);
    const lowered = lowerGraph(graph, abilities, precision);
    const checks = lowered.checks.flatMap(({ value, check }) => {
      const input = graph.inputs.indexOf(value);
      return input === -1 ? [] : [{ input, check }];
    });
    const variants = new Map<string, number>();
    const plain = planOrder(graph, lowered, plainBinding(graph), abilities);

    /** The plan's number for buffers of which some are the same. */
    function variantFor(binding: Binding): number {
      const key = `${binding.inputs}/${binding.outputs}`;
      const known = variants.get(key);
      if (known !== undefined) return known;
      const id = nextId();
      line.send('prepare', id, planOrder(graph, lowered, binding, abilities));
      variants.set(key, id);
      return id;
    }

    const run: Plan['run'] = (inputs, given = []) => {
      for (const { input, check } of checks) checkHost(inputs[input], check);
      const from = inputs.map(there);
      const to = graph.outputs.map(({ dtype, shape }, k) =>
        given[k] === undefined ? make(dtype, numel(shape)) : there(given[k]),
      );
      const into = to.map(({ id }) => id);
      const ids = from.map(({ id }) => id);
      const binding = {
        inputs: ids.map((id) => ids.indexOf(id)),
        outputs: into.map((id) => ids.indexOf(id)),
      };
      line.send('run', variantFor(binding), ids, into);
      return to;
    };
    const plan: Plan = {
      run,
      program: programText(plain),
      bytes: plain.slots.reduce((sum, bytes) => sum + bytes, 0),
      dispose: () => dispose(),
    };
    const dispose = whenUnreachable(run, new Variants(line, variants));
    return plan;
  }

  const engine: WebGpuEngine = {
    name: 'webgpu',
    threads: 1,
    device: 'gpu',
    facts: {
      adapter: {
        ...{ description: adapter.description, software: adapter.software },
        float16: adapter.float16,
      },
    },
    adapter,
    get ended() {
      return line.ended;
    },
    prepare,
    requirePrecision,
    hasKernel: ({ name, view }) => view === true || name in lowerings,
    adopt: (buffer, use) => (use === 'constant' ? buffer : there(buffer)),
    allocate: make,
    async counts() {
      const text = new TextDecoder().decode(await line.askAsync(0, 'counts'));
      return JSON.parse(text) as DeviceCounts;
    },
    lose: () => line.send('destroy'),
    stop: () => stop(),
  };
  const stop = whenUnreachable(engine, new Opened(line));
  return engine;
}

/** Whoever has the GPU, as long as anybody uses the engine. */
class Opened {
  constructor(private readonly line: Line) {}

  release(): void {
    this.line.stop();
  }
}

function plainBinding(graph: Graph): Binding {
  return { inputs: graph.inputs.map((_, i) => i), outputs: graph.outputs.map(() => -1) };
}

/** Elements that are on the device alone are not looked at: shaders make NaN of what is wrong. */
function checkHost(buffer: Buffer | undefined, check: (data: TypedArray) => void): void {
  if (buffer instanceof HostBuffer) check(buffer.array);
}

function programText({ steps, codes, slots }: ReturnType<typeof planOrder>): string {
  const lines = steps.map((step) => {
    if (step.do === 'dispatch') return `${codes[step.code]?.name} ${step.groups.join('×')} groups`;
    return step.do === 'copy' ? `copy ${step.bytes} bytes` : `${step.name} on the host`;
  });
  const bytes = slots.reduce((sum, size) => sum + size, 0);
  return [...lines, `${codes.length} shaders, ${slots.length} slots, ${bytes} bytes`].join('\n');
}

/** The plans on the device that one plan here has. */
class Variants {
  constructor(
    private readonly line: Line,
    private readonly ids: ReadonlyMap<string, number>,
  ) {}

  release(): void {
    for (const id of this.ids.values()) this.line.send('dispose', id);
  }
}
