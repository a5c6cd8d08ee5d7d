/** What a workload's step costs a GPU, counted from the plan of engine `webgpu` without running it. */
import '../../src/index.js';
import { compile } from '../../src/compile/compile.js';
import { numel } from '../../src/core/shape.js';
import type { Engine } from '../../src/engine/engine.js';
import { HostBuffer } from '../../src/engine/host-buffer.js';
import type { Precision } from '../../src/engine/precision.js';
import { currentEngine, useEngine } from '../../src/engine/select.js';
import type { Work } from '../../src/engine/webgpu/lower/estimate.js';
import { lowerGraph } from '../../src/engine/webgpu/plan/lower-graph.js';
import type { Abilities } from '../../src/engine/webgpu/plan/lowered.js';
import { planOrder } from '../../src/engine/webgpu/plan/plan-order.js';
import type { Graph } from '../../src/graph/graph.js';
import { wickStep } from '../wick-step.js';
import type { Workload } from '../workloads.js';

export interface Cost {
  readonly dispatches: readonly Work[];
  /** Those that run on the host, because there is no shader. */
  readonly hostCalls: number;
  readonly shaders: number;
  /** Memory of the plan beside parameters and batch, in bytes. */
  readonly memory: number;
}

export function costOf(
  workload: Workload,
  winograd: boolean,
  precision: Precision = 'float32',
): Cost {
  const abilities: Abilities = {
    ...{ tiles: true, winograd: winograd ? 'where it pays' : 'never' },
    ...{ mostBindings: 8, largestBuffer: 2 ** 31 },
  };
  const graph = graphOf(workload);
  const lowered = lowerGraph(graph, abilities, precision);
  const binding = {
    inputs: graph.inputs.map((_, i) => i),
    outputs: graph.outputs.map(() => -1),
  };
  const { steps, codes, slots } = planOrder(graph, lowered, binding, abilities);
  return {
    dispatches: lowered.items.flatMap(({ kernel, reads, writes }) => {
      const bytes = [...reads, ...writes].reduce((sum, value) => sum + lowered.bytesOf(value), 0);
      return kernel === undefined ? [] : [{ flops: kernel.flops ?? 0, bytes }];
    }),
    hostCalls: steps.filter((step) => step.do === 'host').length,
    shaders: codes.length,
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
