/** What a workload's step costs a GPU, counted from the plan of engine `webgpu` without running it. */
import '../../src/index.js';
import { compile } from '../../src/compile/compile.js';
import { numel } from '../../src/core/shape.js';
import type { Engine } from '../../src/engine/engine.js';
import { HostBuffer } from '../../src/engine/host-buffer.js';
import type { Precision } from '../../src/engine/precision.js';
import { currentEngine, useEngine } from '../../src/engine/select.js';
import { lowerGraph } from '../../src/engine/webgpu/plan/lower-graph.js';
import { planOrder } from '../../src/engine/webgpu/plan/plan-order.js';
import { type Graph, multiplyAdds } from '../../src/graph/graph.js';
import { wickStep } from '../wick-step.js';
import type { Workload } from '../workloads.js';

export interface Cost {
  readonly dispatches: number;
  /** Those that run on the host, because there is no shader. */
  readonly hostCalls: number;
  readonly shaders: number;
  /** Twice the multiply-adds of products and convolutions. */
  readonly flops: number;
  /** What all dispatches read and write once; tiles that are fetched again are not counted. */
  readonly bytes: number;
  /** Memory of the plan beside parameters and batch, in bytes. */
  readonly memory: number;
}

const abilities = { tiles: true, mostBindings: 8, largestBuffer: 2 ** 31 };

export function costOf(workload: Workload, precision: Precision = 'float32'): Cost {
  const graph = graphOf(workload);
  const lowered = lowerGraph(graph, abilities, precision);
  const binding = {
    inputs: graph.inputs.map((_, i) => i),
    outputs: graph.outputs.map(() => -1),
  };
  const { steps, codes, slots } = planOrder(graph, lowered, binding, abilities);
  return {
    dispatches: steps.filter((step) => step.do === 'dispatch').length,
    hostCalls: steps.filter((step) => step.do === 'host').length,
    shaders: codes.length,
    flops: 2 * graph.nodes.reduce((sum, node) => sum + multiplyAdds(node), 0),
    bytes: lowered.items
      .flatMap(({ reads, writes }) => [...reads, ...writes])
      .reduce((sum, value) => sum + lowered.bytesOf(value), 0),
    memory: slots.reduce((sum, bytes) => sum + bytes, 0),
  };
}

/** The step as it is recorded; nothing runs. */
function graphOf(workload: Workload): Graph {
  const before = currentEngine();
  const graphs: Graph[] = [];
  const recorder: Engine = {
    ...{ name: 'recorder', threads: 1, requirePrecision() {}, hasKernel: () => true },
    prepare(graph) {
      graphs.push(graph);
      const run = () =>
        graph.outputs.map(({ dtype, shape }) => HostBuffer.zeros(dtype, numel(shape)));
      return { program: '', bytes: 0, run, dispose() {} };
    },
  };
  useEngine(recorder);
  try {
    const { run, images, labels } = wickStep(workload);
    const first = graphs.length;
    compile(run)(images, labels);
    const graph = graphs.slice(first).find(({ nodes }) => nodes.length > 1);
    if (graph === undefined) throw new Error(`${workload.name} was not recorded`);
    return graph;
  } finally {
    useEngine(before);
  }
}

/** A GPU as its maker describes it. */
export interface Gpu {
  readonly name: string;
  /** float32 operations a second, without matrix units. */
  readonly flops: number;
  /** Bytes a second of its memory. */
  readonly bandwidth: number;
}

export const gpus: readonly Gpu[] = [
  { name: 'Apple M2 (10 cores)', flops: 3.6e12, bandwidth: 100e9 },
  { name: 'RTX 4060', flops: 15.1e12, bandwidth: 272e9 },
  { name: 'H200', flops: 67e12, bandwidth: 4.8e12 },
];

/** Seconds from one dispatch to the next where it waits for the one before. */
const perDispatch = 5e-6;

/** Parts of a GPU's peak and bandwidth that kernels like these reach. */
const reached = { flops: 0.3, bandwidth: 0.7 };

/** Seconds of a step, by what it counts: an estimate, not a measurement. */
export function estimate({ flops, bytes, dispatches }: Cost, gpu: Gpu): number {
  const work = flops / (gpu.flops * reached.flops);
  const traffic = bytes / (gpu.bandwidth * reached.bandwidth);
  return Math.max(work, traffic) + dispatches * perDispatch;
}
