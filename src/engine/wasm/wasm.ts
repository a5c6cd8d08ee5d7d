/**
 * Engine `wasm`: SIMD kernels in WebAssembly on one shared memory, run by a pool of threads. The compiler makes plans of
 * graphs, with the lowerings of this room. An op without a kernel runs its reference kernel.
 */
import { numel } from '../../core/shape.js';
import { maxThreads } from '../../core/threads.js';
import { type Graph, type GraphNode, multiplyAdds } from '../../graph/graph.js';
import type { OpName } from '../../graph/op-attrs.js';
import { CompiledPlan } from '../compiler/compiled-plan.js';
import { lowerGraph } from '../compiler/lower-graph.js';
import type { Provider } from '../compiler/provider.js';
import { RecentCopies } from '../compiler/recent-copies.js';
import { rewriteGraph } from '../compiler/rewrite-graph.js';
import type { Engine, Plan, PrepareOptions } from '../engine.js';
import { hostBuffer } from '../host-buffer.js';
import type { Host } from '../pool/host.js';
import { EngineMemory } from '../pool/memory.js';
import { nodeHost } from '../pool/node-host.js';
import { Pool } from '../pool/pool.js';
import { type Precision, refusePrecision } from '../precision.js';
import { referenceEngine } from '../reference/reference.js';
import type { KernelBuild, KernelModule } from './kernel-files.js';
import { kernelTableHash } from './kernel-table.js';
import { lowerings } from './lower/table.js';
import { loadNodeKernels } from './node-kernels.js';
import { targetWith } from './target.js';

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
  /** @internal What else computes ops, before the kernels do; the engine has its name. */
  readonly provider?: Provider;
}

/** From so much work on, a single op is worth waking the helpers: some 100 µs of one thread. */
const worthSharing = 131072;

/** Opens the engine in Node; `host` and `module` are those of a browser (`browser-engine.ts`). */
export function openWasmEngine(
  { provider, ...options }: WasmEngineOptions = {},
  host: Host = nodeHost,
  { module, build }: KernelModule = loadNodeKernels(options.kernels),
): WasmEngine {
  const { threads = Math.min(host.parallelism, maxThreads), winograd = true } = options;
  const { name, withoutBfloat16 } = provider ?? { name: 'wasm', withoutBfloat16: 'engine wasm' };
  const target = targetWith(provider);
  const memory = new EngineMemory(host.sharesMemory, host.collectGarbage);
  const recent = new RecentCopies((bytes) => memory.allocateSpare(bytes));
  const pool = new Pool(
    host,
    { module, tableHash: kernelTableHash },
    memory.memory,
    threads,
    provider?.code,
  );

  function requirePrecision(precision: Precision): void {
    if (precision === 'bfloat16' && withoutBfloat16 !== undefined)
      refusePrecision(name, precision, withoutBfloat16);
    if (precision === 'float16') refusePrecision(name, precision, `engine ${name}`);
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
      graph.steady.length === 0 &&
      graph.outputs.every((value) => single.outputs.includes(value));
    if (!graph.nodes.some(({ op }) => hasLowering(op.name))) return referenceEngine.prepare(graph);
    const together = threads > 1 && work >= worthSharing;
    const lowering = { threads: together ? threads : 1, winograd, precision };
    const nodes = rewriteGraph(graph, target.passes, lowering);
    const draft = lowerGraph(graph, nodes, target, lowering);
    return new CompiledPlan(graph, draft, memory, pool, recent, { together, eager }, target);
  }

  return {
    name,
    threads,
    facts: { kernels: build },
    prepare,
    requirePrecision,
    hasKernel: ({ name, view }) => view === true || hasLowering(name),
    adopt: (buffer, use) => (use === 'change' ? buffer : memory.adopt(hostBuffer(buffer))),
    allocate: (dtype, length) => memory.allocateBuffer(dtype, length),
    stop: () => pool.stop(),
  };
}

function hasLowering(op: OpName): boolean {
  return lowerings[op] !== undefined;
}

/** Elements touched, and multiply-adds, of which a kernel makes 16 in the time of one element. */
function workOf(node: GraphNode): number {
  const elements = [...node.inputs, ...node.outputs].reduce(
    (sum, { shape }) => sum + numel(shape),
    0,
  );
  return elements + multiplyAdds(node) / 16;
}
