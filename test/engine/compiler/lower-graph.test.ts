import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { TypedArray } from '../../../src/core/dtype.js';
import { EngineError } from '../../../src/core/errors.js';
import { Rng } from '../../../src/core/rng.js';
import { referenceEngine } from '../../../src/engine/reference/reference.js';
import { openWasmEngine } from '../../../src/engine/wasm/wasm.js';
import { singleNodeGraph } from '../../../src/graph/graph.js';
import { opSpec } from '../../../src/graph/op.js';
import {
  adopted,
  arraysOf,
  bufferOf,
  conv1x1,
  GraphBuilder,
  normals,
  prepareAndRun,
  randomGraph,
  runPlan,
} from './graphs.js';

const single = openWasmEngine({ threads: 1 });
const double = openWasmEngine({ threads: 2 });
const triple = openWasmEngine({ threads: 3 });
after(() => {
  for (const engine of [single, double, triple]) engine.stop();
});

function assertNear(actual: readonly TypedArray[], expected: readonly TypedArray[], what: string) {
  expected.forEach((array, k) => {
    array.forEach((value, i) => {
      const difference = Math.abs((actual[k]?.[i] ?? Number.NaN) - value);
      assert.ok(difference <= 2e-5 * (1 + Math.abs(value)), `${what}: result ${k}[${i}]`);
    });
  });
}

describe('random graphs', () => {
  for (let seed = 0; seed < 40; seed++)
    test(`seed ${seed}: as reference, on 1, 2 and 3 threads, run after run`, () => {
      const rng = new Rng(seed);
      const graph = randomGraph(rng);
      const inputs = graph.inputs.map(({ shape }) => normals(rng, shape));
      const expected = prepareAndRun(referenceEngine, graph, inputs);
      for (const engine of [single, double, triple]) {
        const plan = engine.prepare(graph);
        const first = runPlan(plan, graph, inputs);
        assertNear(first, expected, plan.program);
        assert.deepEqual(runPlan(plan, graph, inputs), first);
        const residents = inputs.map((array) => adopted(engine, array));
        const outputs = graph.outputs.map(({ shape }) => adopted(engine, normals(rng, shape)));
        assert.deepEqual(plan.run(residents, outputs), outputs);
        arraysOf([...outputs, ...residents]).forEach((array, i) => {
          assert.deepEqual(Float32Array.from(array), first[i]);
        });
        plan.dispose();
      }
    });
});

describe('layouts', () => {
  const shape = [2, 16, 4, 5];
  function convolutions(count: number) {
    const b = new GraphBuilder();
    const weight = b.constant([16, 16, 1, 1], normals(new Rng(1), [16, 16, 1, 1], 0.3));
    let value = b.input(shape);
    for (let i = 0; i < count; i++)
      value = b.call('tanh', [b.call('conv2d', [value, weight], conv1x1)]);
    return b.graph([value]);
  }

  test('a chain of convolutions stays in one layout up to its end', () => {
    assert.match(single.prepare(convolutions(5)).program, /\b1 layout conversion\b/);
  });

  test('what is read in another layout twice is converted once', () => {
    const b = new GraphBuilder();
    const weight = b.constant([16, 16, 1, 1], normals(new Rng(1), [16, 16, 1, 1], 0.3));
    const y = b.call('conv2d', [b.input(shape), weight], conv1x1);
    const ends = [1, 2].map(() => b.call('test.addOne', [y]));
    assert.match(single.prepare(b.graph(ends)).program, /\b1 layout conversion\b/);
  });
});

describe('states', () => {
  const shape = [100];

  test('are written in place by an op that can', () => {
    const b = new GraphBuilder();
    const [state, step] = [b.input(shape), b.input(shape)];
    const next = b.call('add', [state, step]);
    const graph = b.graph([next], [{ state, next }]);
    const plan = single.prepare(graph);
    assert.doesNotMatch(plan.program, /copy/);
    for (const place of [bufferOf, (array: TypedArray) => adopted(single, array)]) {
      const bound = [1, 2].map((value) => place(new Float32Array(100).fill(value)));
      const result = bufferOf(new Float32Array(100));
      plan.run(bound, [result]);
      plan.run(bound, [result]);
      const [state, step] = arraysOf(bound);
      assert.ok([state, result.array].every((array) => array?.every((value) => value === 5)));
      assert.ok(step?.every((value) => value === 2));
    }
  });

  test('keep their old value for whoever reads it later or is given it', () => {
    const b = new GraphBuilder();
    const state = b.input(shape);
    const next = b.call('test.addOne', [state]);
    const graph = b.graph([state, b.call('neg', [state])], [{ state, next }]);
    const start = new Float32Array(100).fill(3);
    const [old, negative, after] = runPlan(single.prepare(graph), graph, [start]);
    assert.deepEqual([old?.[99], negative?.[99], after?.[99]], [3, -3, 4]);
  });

  test('can change places', () => {
    const b = new GraphBuilder();
    const [p, q] = [b.input(shape), b.input(shape)];
    const doubled = b.call('add', [p, p]);
    const graph = b.graph(
      [doubled],
      [
        { state: p, next: q },
        { state: q, next: p },
      ],
    );
    const start = [new Float32Array(100).fill(1), new Float32Array(100).fill(2)];
    const [sum, first, second] = runPlan(single.prepare(graph), graph, start);
    assert.deepEqual([sum?.[0], first?.[0], second?.[0]], [2, 2, 1]);
  });
});

describe('single ops', () => {
  const type = { dtype: 'float32', shape: [4000] } as const;

  test('may write over their input, wherever it lies', () => {
    const plan = double.prepare(singleNodeGraph(opSpec('add'), [type, type], {}, [type]));
    const step = bufferOf(new Float32Array(4000).fill(2));
    for (const x of [bufferOf(new Float32Array(4000)), adopted(double, new Float32Array(4000))]) {
      plan.run([x, step], [x]);
      plan.run([x, step], [x]);
      assert.ok(x.array.every((value) => value === 4));
    }
  });

  test('run their reference kernel where there is no other', () => {
    assert.equal(double.hasKernel(opSpec('test.addOne')), false);
    assert.equal(double.hasKernel(opSpec('add')), true);
    const double64 = { dtype: 'float64', shape: [4000] } as const;
    for (const [name, t] of [
      ['test.addOne', type],
      ['add', double64],
    ] as const) {
      const operands = name === 'add' ? [t, t] : [t];
      const graph = singleNodeGraph(opSpec(name), operands, {}, [t]);
      const make = t === type ? Float32Array : Float64Array;
      const inputs = operands.map((_, k) => new make(4000).map((_, i) => i / 3 + k));
      assert.deepEqual(
        prepareAndRun(double, graph, inputs),
        prepareAndRun(referenceEngine, graph, inputs),
      );
    }
  });

  test('share their scratch memory', () => {
    const engine = openWasmEngine({ threads: 1 });
    const graph = () => {
      const large = { dtype: 'float32', shape: [1_000_000] } as const;
      return singleNodeGraph(opSpec('relu'), [large], {}, [large]);
    };
    const x = bufferOf(new Float32Array(1_000_000).fill(1));
    const y = bufferOf(new Float32Array(1_000_000));
    const plans = Array.from({ length: 600 }, () => engine.prepare(graph())); // 600 × 8 MB > 4 GiB
    for (const plan of plans.slice(0, 3)) plan.run([x], [y]);
    assert.equal(y.array[999_999], 1);
  });
});

test('a plan that would pass 4 GiB is refused with its size', () => {
  const b = new GraphBuilder();
  const x = b.input([3, 2 ** 29]);
  const graph = b.graph([b.call('add', [b.call('tanh', [x]), x])]);
  assert.throws(
    () => single.prepare(graph),
    (error) =>
      error instanceof EngineError &&
      /^wasm: 12\.00 GiB are needed and \d\.\d\d GiB are in use, but WebAssembly can address 4\.00 GiB; use a smaller batch, or accumulate gradients over several$/.test(
        error.message,
      ),
  );
});
