/** The thread that has the elements: it does what it is told, in that order, with reference kernels. */
import '../../../src/ops/index.js';
import { parentPort } from 'node:worker_threads';
import type { DType, TypedArray } from '../../../src/core/dtype.js';
import type { Plan } from '../../../src/engine/engine.js';
import { HostBuffer, hostBuffer } from '../../../src/engine/host-buffer.js';
import { referenceEngine } from '../../../src/engine/reference/reference.js';
import { type Graph, type GraphNode, graphNode } from '../../../src/graph/graph.js';
import { opSpec } from '../../../src/graph/op.js';

/** A graph that messages can carry: ops by their names. */
interface PortableGraph extends Omit<Graph, 'nodes'> {
  nodes: Omit<GraphNode, 'op'>[];
}

const plans = new Map<number, Plan>();
const buffers = new Map<number, HostBuffer>();

const orders = {
  prepare(plan: number, graph: PortableGraph) {
    const nodes = graph.nodes.map(({ name, attrs, inputs, outputs }) =>
      graphNode(opSpec(name), attrs, inputs, outputs),
    );
    plans.set(plan, referenceEngine.prepare({ ...graph, nodes }));
  },
  run(plan: number, inputs: readonly number[], outputs: readonly number[]) {
    const from = inputs.map((id) => hostBuffer(buffers.get(id)));
    const to = outputs.map((id) => buffers.get(id));
    const results = plans.get(plan)?.run(from, to);
    for (const [k, id] of outputs.entries()) buffers.set(id, hostBuffer(results?.[k]));
  },
  write: (id: number, dtype: DType, array: TypedArray) =>
    void buffers.set(id, new HostBuffer(dtype, array)),
  /** Answers in shared memory: a word, and the bytes. */
  read(id: number, answer: SharedArrayBuffer) {
    const { buffer, byteOffset, byteLength } = hostBuffer(buffers.get(id)).array;
    new Uint8Array(answer, 4).set(new Uint8Array(buffer, byteOffset, byteLength));
    Atomics.store(new Int32Array(answer, 0, 1), 0, 1);
    Atomics.notify(new Int32Array(answer, 0, 1), 0);
  },
  free: (id: number) => void buffers.delete(id),
  dispose: (plan: number) => void plans.delete(plan),
};

export type Orders = typeof orders;

parentPort?.on('message', ([name, ...args]: [keyof Orders, ...never[]]) => {
  (orders[name] as (...args: never[]) => void)(...args); // `send` fits them to the name
});
