/** A provider in a few lines: a fusion, a lowering of what it makes, and code in JavaScript that its phases call. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emitForeign } from '../../../src/engine/compiler/foreign-call.js';
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

interface Seen {
  readonly target: number;
  readonly list: readonly number[];
  readonly moved: number;
}

/** `seen`: what was called. */
function providerFor(seen: Seen[]): Provider {
  const decay = lowering((node, context) => {
    const [x] = operands(node.inputs);
    const [y] = operands(node.outputs);
    const from = context.input(x);
    const to = context.output(y);
    const count = from.region.bytes / 4;
    const list = new Uint8Array(Uint32Array.of(count).buffer);
    emitForeign(context, [from, to], [{ target: 5n, offsets: [4, 0], list }]);
    return true;
  });
  return {
    name: 'decaying',
    passes: [fuseDecay],
    lowerings: { decay, neg: () => false },
    withoutBfloat16: 'a provider of a test',
    code: {
      module: '',
      data: null,
      calls: (memory) => ({
        call(target, list, addresses, moved) {
          const { buffer } = memory;
          const [count = 0] = new Uint32Array(buffer, list, 1);
          const [from = 0, to = 0] = new Uint32Array(buffer, addresses, 2);
          const x = new Float32Array(buffer, from, count - 1);
          new Float32Array(buffer, to, count).set(x.map((value) => Math.exp(-value)));
          seen.push({ target, list: [count], moved });
        },
      }),
    },
  };
}

test('a provider fuses, lowers and calls code of its own, told which operands have moved', () => {
  const seen: Seen[] = [];
  const engine = openWasmEngine({ threads: 1, provider: providerFor(seen) });
  assert.equal(engine.name, 'decaying');
  const b = new GraphBuilder();
  const [x, z] = [b.input([3]), b.input([3])];
  const graph = b.graph([b.call('exp', [b.call('neg', [x])]), b.call('neg', [z])]);
  const plan = engine.prepare(graph);
  assert.match(plan.program, /^foreign .*= decay\(%0\)$/m);
  assert.match(plan.program, /^neg .*= neg\(%1\)$/m, 'what it leaves, the kernels do');

  const run = (values: readonly number[]) =>
    runPlan(plan, graph, [Float32Array.from(values), Float32Array.of(1, 2, 3)]);
  // Its operand starts one element further on, as the record's offset says.
  const expected = Float32Array.from([Math.exp(-1), Math.exp(-2)]);
  assert.deepEqual(run([0, 1, 2])[0]?.subarray(0, 2), expected);
  assert.deepEqual(run([0, 1, 2])[1], Float32Array.of(-1, -2, -3));
  assert.deepEqual(seen, [
    { target: 5, list: [3], moved: 3 },
    { target: 5, list: [3], moved: 0 },
  ]);

  const resident = adopted(engine, Float32Array.of(0, 3, 4));
  const [first] = arraysOf(plan.run([resident, bufferOf(new Float32Array(3))]));
  assert.equal(first?.[0], Math.fround(Math.exp(-3)));
  assert.equal(seen.at(-1)?.moved, 1, 'the input alone lies elsewhere');
  engine.stop();
});

test('a precision that a provider does not compute in is refused in its name', () => {
  const engine = openWasmEngine({ threads: 1, provider: providerFor([]) });
  assert.throws(() => engine.requirePrecision('bfloat16'), /a provider of a test/);
  engine.stop();
});
