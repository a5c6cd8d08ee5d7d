/** Plans are disposed of: at once where the step says so or replaces them, and some time after it has been dropped. */
import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.js';
import { nodeHost } from '../../src/engine/pool/node-host.js';
import { referenceEngine } from '../../src/engine/reference/reference.js';
import { openWasmEngine, type WasmEngine } from '../../src/engine/wasm/wasm.js';
import { compile, type Tensor, tensor, useEngine, zeros } from '../../src/index.js';
import { collectGarbage } from '../engine/pool/collect-garbage.js';
import { dryEngine } from './dry-engine.js';

/** The reference engine, counting its plans. */
function countingEngine() {
  const count = { made: 0, disposed: 0, engine: referenceEngine };
  const engine: Engine = {
    ...referenceEngine,
    name: 'counting',
    prepare(graph, options) {
      const plan = referenceEngine.prepare(graph, options);
      count.made++;
      let isThere = true;
      const dispose = () => {
        assert.ok(isThere, 'once');
        isThere = false;
        count.disposed++;
      };
      const run: typeof plan.run = (inputs, outputs) => {
        assert.ok(isThere, 'a plan runs that was disposed of');
        return plan.run(inputs, outputs);
      };
      return { ...plan, run, dispose };
    },
  };
  count.engine = engine;
  useEngine(engine);
  return count;
}

afterEach(() => useEngine('reference'));

describe('at once', () => {
  test('dispose() disposes of the plans of all signatures, and a later call records anew', () => {
    const count = countingEngine();
    const step = compile((x: Tensor) => x.sum());
    for (const n of [1, 2, 3]) step(zeros([n]));
    assert.deepEqual([count.made, count.disposed, step.programs], [3, 0, 3]);
    step.dispose();
    assert.deepEqual([count.disposed, step.programs, step.bytes, step.program], [3, 0, 0, '']);
    step.dispose();
    assert.equal(step(tensor([1, 2])).item(), 3);
    assert.deepEqual([count.made, count.disposed, step.programs], [4, 3, 1]);
  });

  test('and those for engines that are not in use', () => {
    const step = compile((x: Tensor) => x.sum());
    const first = countingEngine();
    step(zeros([1]));
    const second = countingEngine();
    step(zeros([1]));
    assert.notEqual(first.engine, second.engine);
    assert.equal(step.programs, 2);
    step.dispose();
    assert.deepEqual([first.disposed, second.disposed], [1, 1]);
  });

  test('the oldest of too many variants', () => {
    const count = countingEngine();
    const w = tensor([1], { requiresGrad: true });
    const gradients = Array.from({ length: 12 }, (_, i) => tensor([i]));
    const step = compile((x: Tensor) => {
      const loss = x.mul(w).sum();
      loss.backward();
      return loss;
    });
    for (const gradient of gradients) {
      w.grad = gradient;
      step(tensor([1]));
    }
    assert.ok(step.programs < 12);
    assert.equal(count.made - count.disposed, step.programs);
  });

  test('a plan whose step failed to record', () => {
    const count = countingEngine();
    const step = compile((x: Tensor) => {
      x.sum();
      throw new RangeError('no');
    });
    assert.throws(() => step(zeros([1])), RangeError);
    assert.equal(count.made, count.disposed);
  });

  test('eager plans, when another engine takes over', () => {
    const count = countingEngine();
    zeros([3]).add(1).mul(2).sum();
    assert.ok(count.made >= 3 && count.disposed === 0);
    useEngine('reference');
    assert.equal(count.disposed, count.made);
  });

  test('eager plans, the least recently used first, when there are very many', () => {
    const count = countingEngine();
    for (let n = 1; n <= 2100; n++) zeros([n]).neg();
    assert.equal(count.made, 2100);
    assert.equal(count.made - count.disposed, 2048);
  });
});

describe('of what has been dropped', () => {
  const engines: WasmEngine[] = [];
  after(() => {
    for (const engine of engines) engine.stop();
  });

  /** A new engine in use, and what its memory has grown to. */
  function freshEngine(): () => number {
    let memory: WebAssembly.Memory | undefined;
    const engine = openWasmEngine(
      { threads: 2 },
      {
        ...nodeHost,
        startHelper(start) {
          memory = start.memory;
          return nodeHost.startHelper(start);
        },
      },
    );
    engines.push(engine);
    useEngine(engine);
    return () => memory?.buffer.byteLength ?? 0;
  }

  /** A step whose plan keeps a constant of 4 MiB. */
  const large = () => {
    const step = compile((x: Tensor) => x.add(zeros([1 << 20]).exp()));
    step(zeros([1 << 20]));
    assert.ok(step.bytes > 1 << 22);
    return step;
  };

  test('memory is used again after dispose(), also within one turn of the event loop', () => {
    const size = freshEngine();
    large().dispose();
    const before = size();
    for (let i = 0; i < 30; i++) large().dispose();
    assert.equal(size(), before);
  });

  test('memory is used again after a step was dropped', async () => {
    const size = freshEngine();
    for (let i = 0; i < 3; i++) {
      large();
      await collectGarbage();
    }
    const before = size();
    for (let i = 0; i < 30; i++) {
      large();
      await collectGarbage();
    }
    assert.equal(size(), before);
  });

  test('where memory runs short, garbage is collected before a plan is refused', async () => {
    freshEngine();
    const engine = engines.at(-1);
    assert.ok(engine !== undefined);
    useEngine(dryEngine(engine));
    const squared = () => {
      const step = compile((x: Tensor) => x.unsqueeze(1).mul(x).sum());
      step(zeros([20_000]));
      return step.bytes;
    };
    for (let i = 0; i < 6; i++) {
      assert.ok(squared() > 1.4 * 2 ** 30);
      await new Promise((resolve) => setTimeout(resolve)); // This asks for no collection.
    }
  });
});
