/** Steady inputs: what depends on them alone is computed anew when they have changed, and only then. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import type { Plan } from '../../../src/engine/engine.js';
import { HostBuffer } from '../../../src/engine/host-buffer.js';
import { referenceEngine } from '../../../src/engine/reference/reference.js';
import { openWasmEngine } from '../../../src/engine/wasm/wasm.js';
import type { Graph } from '../../../src/graph/graph.js';
import {
  adopted,
  arraysOf,
  bufferOf,
  conv1x1,
  GraphBuilder,
  normals,
  prepareAndRun,
  randomGraph,
} from './graphs.js';

const single = openWasmEngine({ threads: 1 });
const double = openWasmEngine({ threads: 2 });
after(() => {
  for (const engine of [single, double]) engine.stop();
});

const onceIn = ({ program }: Plan) => program.match(/once: /g)?.length ?? 0;

describe('random graphs with steady inputs give what reference gives, whatever changes between runs', () => {
  let prepared = 0;
  for (let seed = 0; seed < 40; seed++)
    test(`seed ${seed}`, () => {
      const rng = new Rng(seed);
      const random = randomGraph(rng);
      const from = rng.bool() ? 2 : 3; // The first two are states.
      const graph: Graph = { ...random, steady: random.inputs.slice(from) };
      const isSteady = (i: number) => i >= from;
      for (const engine of [single, double]) {
        const plan = engine.prepare(graph);
        prepared += onceIn(plan);
        const arrays = graph.inputs.map(({ shape }) => normals(rng, shape));
        const bound = arrays.map((array) =>
          rng.bool() ? bufferOf(array.slice()) : adopted(engine, array),
        );
        for (let run = 0; run < 4; run++) {
          bound.forEach((buffer, i) => {
            if (isSteady(i) && rng.bool()) return;
            const fresh = normals(rng, graph.inputs[i]?.shape ?? []);
            buffer.change().set(fresh);
          });
          const given = arraysOf(bound).map((array) => array.slice());
          const expected = prepareAndRun(referenceEngine, graph, given);
          const actual = arraysOf([...plan.run(bound), ...bound]);
          expected.forEach((array, k) => {
            array.forEach((value, j) => {
              const difference = Math.abs((actual[k]?.[j] ?? Number.NaN) - value);
              const isNear = difference <= 2e-5 * (1 + Math.abs(value));
              assert.ok(isNear, `run ${run}, result ${k}[${j}]\n${plan.program}`);
            });
          });
        }
        plan.dispose();
      }
    });
  after(() => assert.ok(prepared > 100, `${prepared} phases of all graphs run once`));
});

describe('a convolution with a steady weight', () => {
  const shape = [1, 16, 2, 2];
  const b = new GraphBuilder();
  const [x, w] = [b.input(shape), b.input([16, 16, 1, 1])];
  const y = b.call('conv2d', [x, w], conv1x1);
  const graph = b.graph([b.call('relu', [y])], [], [w]);
  const images = bufferOf(new Float32Array(64).fill(1));
  const first = ([buffer]: readonly unknown[]) =>
    buffer instanceof HostBuffer ? buffer.array[0] : undefined;

  test('has it packed once: a change that nobody tells of goes unseen', () => {
    const plan = single.prepare(graph);
    assert.equal(onceIn(plan), 1);
    const weight = bufferOf(new Float32Array(256).fill(1));
    assert.equal(first(plan.run([images, weight])), 16);
    weight.array.fill(2);
    assert.equal(first(plan.run([images, weight])), 16);
    weight.changed();
    assert.equal(first(plan.run([images, weight])), 32);
    plan.dispose();
  });

  test('sees another buffer, one that is handed out, and one that a plan has written', () => {
    const plan = single.prepare(graph);
    const weight = bufferOf(new Float32Array(256).fill(1));
    plan.run([images, weight]);
    assert.equal(first(plan.run([images, bufferOf(new Float32Array(256).fill(3))])), 48);
    assert.equal(first(plan.run([images, weight])), 16);

    const add = new GraphBuilder();
    const state = add.input([256]);
    const next = add.call('add', [state, state]);
    for (const engine of [single, referenceEngine])
      engine.prepare(add.graph([], [{ state, next }])).run([weight]);
    assert.equal(first(plan.run([images, weight])), 64);

    const array = weight.handOut();
    for (const value of [5, 6]) {
      array.fill(value);
      assert.equal(first(plan.run([images, weight])), 16 * value);
    }
    plan.dispose();
  });

  test('keeps what it has packed while other plans use the scratch memory', () => {
    const plan = single.prepare(graph);
    const weight = adopted(single, new Float32Array(256).fill(1));
    plan.run([images, weight]);
    const other = new GraphBuilder();
    const large = other.input([1 << 20]);
    const sum = other.call('tanh', [other.call('neg', [large])]);
    single.prepare(other.graph([sum])).run([bufferOf(new Float32Array(1 << 20).fill(7))]);
    assert.equal(first(plan.run([images, weight])), 16);
    plan.dispose();
  });
});
