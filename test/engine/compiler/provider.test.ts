/** A provider in a few lines: a fusion, a lowering of what it makes, and code in JavaScript that its phases call. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lowering } from '../../../src/engine/compiler/lowering.js';
import type { Provider } from '../../../src/engine/compiler/provider.js';
import type { Pass } from '../../../src/engine/compiler/target.js';
import { openWasmEngine } from '../../../src/engine/wasm/wasm.js';
import { operands } from '../../../src/graph/op.js';
import { adopted, arraysOf, bufferOf, GraphBuilder, runPlan } from './graphs.js';

/** exp(-x) as one node. */
const fuseDecay: Pass = (graph) => {
  for (const exp of graph.named('exp')) {
    const neg = graph.producerOf(operands(exp.inputs)[0]);
    if (neg?.name === 'neg') graph.fuse([neg, exp], { ...exp, name: 'decay', inputs: neg.inputs });
  }
};

/** exp(−x) of all but the first element; a thread's record has it call, and where its share of each operand starts. */
const provider: Provider = {
  name: 'decaying',
  passes: [fuseDecay],
  lowerings: {
    decay: lowering((node, context) => {
      const from = context.input(operands(node.inputs)[0]);
      const to = context.output(operands(node.outputs)[0]);
      const records = context.table(Uint32Array.of(1, 0, 0, 4, 0));
      context.emit('foreign', { records, recordBytes: 64, count: 2, operands: [from, to] });
      return true;
    }),
    neg: () => false,
  },
  withoutBfloat16: 'a provider of a test',
  code: {
    module: '',
    data: null,
    calls: (memory) => ({
      call(addresses) {
        const { buffer } = memory;
        const [from = 0, to = 0] = new Uint32Array(buffer, addresses, 2);
        const x = new Float32Array(buffer, from, 2);
        new Float32Array(buffer, to, 2).set(x.map((value) => Math.exp(-value)));
      },
    }),
  },
};

test('a provider fuses, lowers and calls code of its own, wherever the operands lie', () => {
  const engine = openWasmEngine({ threads: 1, provider });
  assert.equal(engine.name, 'decaying');
  const b = new GraphBuilder();
  const [x, z] = [b.input([3]), b.input([3])];
  const graph = b.graph([b.call('exp', [b.call('neg', [x])]), b.call('neg', [z])]);
  const plan = engine.prepare(graph);
  assert.match(plan.program, /^foreign .*= decay\(%0\)$/m);
  assert.match(plan.program, /^neg .*= neg\(%1\)$/m, 'what it leaves, the kernels do');

  const run = (values: readonly number[]) =>
    runPlan(plan, graph, [Float32Array.from(values), Float32Array.of(1, 2, 3)]);
  const expected = Float32Array.from([Math.exp(-1), Math.exp(-2)]);
  assert.deepEqual(run([0, 1, 2])[0]?.subarray(0, 2), expected);
  assert.deepEqual(run([0, 1, 2])[1], Float32Array.of(-1, -2, -3));

  const resident = adopted(engine, Float32Array.of(0, 3, 4));
  const [first] = arraysOf(plan.run([resident, bufferOf(new Float32Array(3))]));
  assert.equal(first?.[0], Math.fround(Math.exp(-3)));
  engine.stop();
});

test('a thread whose record says so calls nothing', () => {
  const lowerings: Provider['lowerings'] = {
    exp: lowering((node, context) => {
      const from = context.input(operands(node.inputs)[0]);
      context.output(operands(node.outputs)[0]);
      const records = context.table(Uint32Array.of(0, 0, 0));
      context.emit('foreign', { records, recordBytes: 64, count: 1, operands: [from] });
      return true;
    }),
  };
  const fails = () => {
    throw new Error('called');
  };
  const code = { ...provider.code, calls: () => ({ call: fails }) };
  const own = { ...provider, passes: [], lowerings, code };
  const engine = openWasmEngine({ threads: 1, provider: own });
  const b = new GraphBuilder();
  const graph = b.graph([b.call('exp', [b.input([3])])]);
  runPlan(engine.prepare(graph), graph, [new Float32Array(3)]);
  engine.stop();
});

test('a precision that a provider does not compute in is refused in its name', () => {
  const engine = openWasmEngine({ threads: 1, provider });
  assert.throws(() => engine.requirePrecision('bfloat16'), /a provider of a test/);
  engine.stop();
});
