/**
 * Engine `wasm`: SIMD kernels in WebAssembly on one shared memory, run by a pool of threads. `planner.ts` turns a graph
 * into phases, `plan.ts` gives them memory, `pool.ts` runs them. An op without a kernel runs its reference kernel.
 */
import { numel } from '../../core/shape.js';
import { maxThreads } from '../../core/threads.js';
import type { Graph, GraphNode } from '../../graph/graph.js';
import { operands } from '../../graph/op.js';
import type { Engine, Plan, PrepareOptions } from '../engine.js';
import { type Precision, refuseBfloat16 } from '../precision.js';
import { referenceEngine } from '../reference/reference.js';
import type { Host, KernelBuild } from './host.js';
import { lowerings } from './lower/table.js';
import { EngineMemory } from './memory.js';
import type { NativeProvider } from './native.js';
import { nodeHost } from './node-host.js';
import { WasmPlan } from './plan.js';
import { planNodes } from './plan-graph.js';
import { draftPlan } from './planner.js';
import { Pool } from './pool.js';
import { RecentCopies } from './recent.js';

export interface WasmEngine extends Engine {
  readonly facts: { readonly kernels: KernelBuild };
  /**
   * Ends the helper threads at once, as happens by itself when nobody uses the engine any more; its plans must not run
   * again.
   */
  stop(): void;
}

export interface WasmEngineOptions {
  /** @default the number of CPUs */
  readonly threads?: number;
  /** Which build of the kernels. @default relaxed where this machine takes it */
  readonly kernels?: KernelBuild;
  /** Whether Winograd may compute 3×3 convolutions: ten times direct convolution's rounding, by tiles (docs/numbers.md). @default true */
  readonly winograd?: boolean;
  /** Kernels of a system library, which come before the engine's own, and the name that the engine has with them. */
  readonly native?: {
    readonly name: string;
    readonly provider: NativeProvider;
    /** What this CPU is, where it does not compute in bfloat16. */
    readonly withoutBfloat16?: string;
  };
}

/** From so much work on, a single op is worth waking the helpers: some 100 µs of one thread. */
const worthSharing = 131072;

export function openWasmEngine(options: WasmEngineOptions = {}, host: Host = nodeHost): WasmEngine {
  const {
    threads = Math.min(host.parallelism, maxThreads),
    kernels,
    winograd = true,
    native,
  } = options;
  const { name = 'wasm', provider, withoutBfloat16 } = native ?? { withoutBfloat16: 'engine wasm' };
  const { module, build } = host.loadKernels(kernels);
  const memory = new EngineMemory(host.sharesMemory, host.collectGarbage);
  const recent = new RecentCopies((bytes) => memory.allocateSpare(bytes));
  const pool = new Pool(host, module, memory.memory, threads, provider);

  function requirePrecision(precision: Precision): void {
    if (precision === 'bfloat16' && withoutBfloat16 !== undefined)
      refuseBfloat16(name, withoutBfloat16);
  }

  function prepare(graph: Graph, { precision = 'float32' }: PrepareOptions = {}): Plan {
    requirePrecision(precision);
    const [only, ...others] = graph.nodes;
    const single = others.length === 0 ? only : undefined;
    const work = single === undefined ? Number.POSITIVE_INFINITY : workOf(single);
    // A call and nothing else: its outputs can be written where the caller wants them.
    const eager =
      single !== undefined &&
      graph.updates.length === 0 &&
      graph.outputs.every((value) => single.outputs.includes(value));
    if (!graph.nodes.some(({ op }) => hasLowering(op.name))) return prepareReference(graph);
    const together = threads > 1 && work >= worthSharing;
    const draft = draftPlan(graph, planNodes(graph), {
      threads: together ? threads : 1,
      winograd,
      precision,
      provided: provider?.lowerings,
    });
    return new WasmPlan(graph, draft, memory, pool, recent, { together, eager });
  }

  function prepareReference(graph: Graph): Plan {
    const plan = referenceEngine.prepare(graph);
    const run: Plan['run'] = (inputs, outputs) => {
      plan.run(inputs, outputs);
      for (const array of [...inputs, ...outputs]) recent.forget(array);
    };
    return { ...plan, run };
  }

  return {
    name,
    threads,
    facts: { kernels: build },
    prepare,
    requirePrecision,
    hasKernel: ({ name, view }) => view === true || hasLowering(name),
    resident: (data) => memory.resident(data),
    lend: (dtype, length) => memory.lend(dtype, length),
    forgetCopies: () => recent.forgetAll(),
    stop: () => pool.stop(),
  };
}

function hasLowering(op: string): boolean {
  return lowerings[op] !== undefined;
}

/** Elements touched, and multiply-adds, of which a kernel makes 16 in the time of one element. */
function workOf({ op, attrs, inputs, outputs }: GraphNode): number {
  const elements = [...inputs, ...outputs].reduce((sum, { shape }) => sum + numel(shape), 0);
  return elements + (op.multiplyAdds?.(operands(inputs), operands(outputs), attrs) ?? 0) / 16;
}
