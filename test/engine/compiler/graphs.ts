/** Graphs for tests, built by hand and at random. */
import assert from 'node:assert/strict';
import { type DType, dtypeOf, type TypedArray } from '../../../src/core/dtype.js';
import type { Rng } from '../../../src/core/rng.js';
import { numel, type Shape } from '../../../src/core/shape.js';
import type { Buffer, Engine, Plan } from '../../../src/engine/engine.js';
import { HostBuffer, hostBuffer } from '../../../src/engine/host-buffer.js';
import { type Graph, type GraphNode, graphNode, type Value } from '../../../src/graph/graph.js';
import { type OpSpec, operands, opSpec, registerOp } from '../../../src/graph/op.js';
import type { OpAttrs, OpName } from '../../../src/graph/op-attrs.js';

/** An op that no engine has a kernel for: y = x + 1, over x where that is allowed. */
const addOne: OpSpec<'test.addOne'> = {
  name: 'test.addOne',
  inPlace: [0],
  infer: ([x]) => [x],
  reference([x], [y]) {
    for (let i = 0; i < y.data.length; i++) y.data[i] = (x.data[i] ?? 0) + 1;
  },
};
registerOp(addOne);

export class GraphBuilder {
  readonly inputs: Value[] = [];
  readonly constants: { value: Value; data: TypedArray }[] = [];
  readonly nodes: GraphNode[] = [];
  private ids = 0;

  input(shape: Shape, dtype: DType = 'float32'): Value {
    const value = { id: this.ids++, shape, dtype };
    this.inputs.push(value);
    return value;
  }

  constant(shape: Shape, data: TypedArray): Value {
    const value = { id: this.ids++, shape, dtype: 'float32' as const };
    this.constants.push({ value, data });
    return value;
  }

  /** The first output of a call. */
  call(name: OpName, inputs: readonly Value[], given: object = {}): Value {
    const op = opSpec(name);
    const attrs = given as OpAttrs[OpName]; // the op's shape rule looks at them
    const outputs = op
      .infer(operands(inputs), attrs)
      .map(({ shape, dtype }) => ({ id: this.ids++, shape, dtype }));
    this.nodes.push(graphNode(op, attrs, inputs, outputs));
    return operands(outputs)[0];
  }

  graph(
    outputs: readonly Value[],
    updates: Graph['updates'] = [],
    steady: readonly Value[] = [],
  ): Graph {
    const { inputs, constants, nodes } = this;
    return { inputs, steady, constants, nodes, outputs, updates };
  }
}

export const conv1x1 = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 } as const;

export function normals(rng: Rng, shape: Shape, std = 1): Float32Array {
  return Float32Array.from({ length: numel(shape) }, () => rng.normal(0, std));
}

/** Activations in blocked and row-major layouts, views, ops with and without kernels, and states that change. */
export function randomGraph(rng: Rng): Graph {
  const b = new GraphBuilder();
  const [n, c, h, w] = [
    1 + rng.int(3),
    rng.bool() ? 16 : 1 + rng.int(20),
    1 + rng.int(7),
    5,
  ] as const;
  const shape = [n, c, h, w];
  const weight = b.constant([c, c, 1, 1], normals(rng, [c, c, 1, 1], 1 / Math.sqrt(c)));
  const states = [b.input(shape), b.input(shape)];
  const values = [b.input(shape), b.input(shape), ...states];
  const any = () => values[rng.int(values.length)] ?? weight;

  const makers: (() => Value)[] = [
    () => b.call('relu', [any()]),
    () => b.call('tanh', [any()]),
    () => b.call('sigmoid', [any()]),
    () => b.call('add', [any(), any()]),
    () => b.call('mul', [b.call('tanh', [any()]), any()]),
    () => b.call('maximum', [any(), any()]),
    () => b.call('conv2d', [any(), weight], conv1x1),
    () => b.call('test.addOne', [any()]),
    () => {
      const flat = b.call('reshape', [any()], { shape: [n, c * h * w] });
      const changed = rng.bool() ? b.call('neg', [flat]) : flat;
      return b.call('reshape', [changed], { shape });
    },
  ];
  for (let i = 0; i < 12; i++) values.push(makers[rng.int(makers.length)]?.() ?? weight);
  const outputs = [any(), any(), values.at(-1) ?? weight];
  return b.graph(
    outputs,
    states.map((state) => ({ state, next: any() })),
  );
}

/** Runs a plan on copies of `inputs`; returns the outputs, then the inputs as the plan leaves them. */
export function runPlan(plan: Plan, graph: Graph, inputs: readonly TypedArray[]): TypedArray[] {
  const bound = inputs.map((array) => bufferOf(array.slice()));
  const outputs = plan.run(bound);
  assert.equal(outputs.length, graph.outputs.length);
  return arraysOf([...outputs, ...bound]);
}

/** A buffer of the host that has the array. */
export function bufferOf(array: TypedArray): HostBuffer {
  return new HostBuffer(dtypeOf(array), array);
}

/** The same in the engine's memory. */
export function adopted(engine: Engine, array: TypedArray): HostBuffer {
  const buffer = bufferOf(array);
  return hostBuffer(engine.adopt?.(buffer, 'state') ?? buffer);
}

export function arraysOf(buffers: readonly Buffer[]): TypedArray[] {
  return buffers.map((buffer) => hostBuffer(buffer).array);
}

export function prepareAndRun(engine: Engine, graph: Graph, inputs: readonly TypedArray[]) {
  const plan = engine.prepare(graph);
  const results = runPlan(plan, graph, inputs);
  plan.dispose();
  return results;
}
