import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { EngineError } from '../../../src/core/errors.js';
import type { Phase } from '../../../src/engine/compiler/phase.js';
import { programBytes, writeProgram } from '../../../src/engine/compiler/program.js';
import { control, dismissHelpers, reportFailure } from '../../../src/engine/pool/control-block.js';
import { noForeignCalls } from '../../../src/engine/pool/foreign-code.js';
import { helpPool } from '../../../src/engine/pool/helper.js';
import type { HelperStart, Host } from '../../../src/engine/pool/host.js';
import { EngineMemory } from '../../../src/engine/pool/memory.js';
import { nodeHost } from '../../../src/engine/pool/node-host.js';
import { Pool } from '../../../src/engine/pool/pool.js';
import { kernelId, kernelTableHash } from '../../../src/engine/wasm/kernel-table.js';
import { loadNodeKernels } from '../../../src/engine/wasm/node-kernels.js';
import { collectGarbage } from './collect-garbage.js';

const kernels = { module: loadNodeKernels().module, tableHash: kernelTableHash };
const pools: Pool[] = [];
after(() => {
  for (const pool of pools) pool.stop();
});

function open(threads: number, host: Host = nodeHost) {
  const memory = new EngineMemory();
  const pool = new Pool(host, kernels, memory.memory, threads);
  pools.push(pool);
  return { memory, pool };
}

const phase = (kernel: Phase['kernel'], words: number[]): Phase => ({
  kernel,
  words,
  accesses: [],
  note: '',
});

function write(memory: EngineMemory, phases: Phase[]): number {
  const address = memory.allocate(programBytes(phases).all);
  const barriers = phases.map(() => true);
  writeProgram(memory.memory.buffer, address, phases, barriers, kernelId, () => 0);
  return address;
}

for (const threads of [1, 2, 3])
  test(`${threads} threads each do their share of every phase, run after run`, () => {
    const { memory, pool } = open(threads);
    const count = 100_003;
    const [a, b] = [memory.allocate(4 * count), memory.allocate(4 * count)];
    const program = write(memory, [
      phase('zero', [b, count]),
      phase('copy', [a, b, count]),
      phase('copy', [b, a + 4, count - 1]), // every thread reads what another has written
    ]);
    const values = memory.view('int32', a, count);
    for (let run = 0; run < 20; run++) {
      for (let i = 0; i < count; i++) values[i] = i + run;
      pool.run(program, [], true);
      assert.equal(values[0], run);
      assert.ok(values.subarray(1).every((value, i) => value === i + run));
    }
  });

test('host functions run on the main thread; nothing happens after an error, which comes out at the end', () => {
  const { memory, pool } = open(2);
  const cell = memory.allocate(64);
  const calls: number[] = [];
  const program = write(memory, [
    phase('host', [0]),
    phase('host', [1]),
    phase('host', [2]),
    phase('zero', [cell, 16]),
  ]);
  memory.view('int32', cell, 1).fill(7);
  const fail = () => {
    throw new RangeError('no');
  };
  assert.throws(
    () => pool.run(program, [() => calls.push(0), fail, () => calls.push(2)], true),
    /^RangeError: no$/,
  );
  assert.deepEqual(calls, [0]);
  assert.equal(memory.view('int32', cell, 1)[0], 7);
  pool.run(program, [() => calls.push(3), () => {}, () => {}], true);
  assert.deepEqual(calls, [0, 3]);
  assert.equal(memory.view('int32', cell, 1)[0], 0);
});

test('what a run has called is not kept', async () => {
  const { memory, pool } = open(1);
  const program = write(memory, [phase('host', [0])]);
  const run = () => {
    const call = () => {};
    pool.run(program, [call], false);
    return new WeakRef(call);
  };
  const called = run();
  await new Promise((resolve) => setImmediate(resolve)); // Until the turn ends a WeakRef keeps what it names.
  await collectGarbage();
  assert.equal(called.deref(), undefined);
});

test('a pool that nobody reaches any more ends its helpers, as stop() does at once', async () => {
  const stopped: number[] = [];
  const host: Host = {
    ...nodeHost,
    startHelper: ({ tid }) => ({ stop: () => void stopped.push(tid) }),
  };
  const pool = new Pool(host, kernels, new EngineMemory().memory, 3);
  pool.stop();
  pool.stop();
  assert.deepEqual(stopped, [1, 2]);
  const drop = () => void new Pool(host, kernels, new EngineMemory().memory, 2);
  drop();
  await new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 3; i++) await collectGarbage();
  assert.deepEqual(stopped, [1, 2, 1]);
});

test('kernels of another build are refused', () => {
  const name = [...'tableHash'].map((letter) => letter.charCodeAt(0));
  const module = new WebAssembly.Module(
    Uint8Array.of(
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...[1, 5, 1, 0x60, 0, 1, 0x7f], // type 0: () → i32
      ...[3, 2, 1, 0], // function 0 of type 0
      ...[7, 13, 1, 9, ...name, 0, 0], // exported
      ...[10, 6, 1, 4, 0, 0x41, 0, 0x0b], // returns 0
    ),
  );
  assert.throws(() => new Pool(nodeHost, { ...kernels, module }, new EngineMemory().memory, 1), {
    name: 'EngineError',
    message:
      'wasm: the compiled kernels are not those of kernel-table.js beside them; build again: npm run build',
  });
});

test('a helper that cannot start is an error with the reason', () => {
  const host: Host = {
    ...nodeHost,
    startHelper({ memory }) {
      reportFailure(memory.buffer, new Error('no memory for a stack'));
      return { stop() {} };
    },
  };
  const { memory, pool } = open(2, host);
  const program = write(memory, [phase('host', [0])]);
  assert.throws(() => pool.run(program, [], true), {
    name: 'EngineError',
    message:
      'wasm: only 0 of 1 helper threads have started (Error: no memory for a stack); ' +
      'run with fewer threads: setThreads(1)',
  });
});

/** A helper that says it is ready, then dies while the others wait for it at a barrier. */
function startDyingHelper({ memory }: HelperStart) {
  const source = `
    const { memory } = require('node:worker_threads').workerData;
    const words = new Int32Array(memory.buffer, 0, 1024);
    Atomics.add(words, ${control.ready / 4}, 1);
    Atomics.wait(words, ${control.go / 4}, 0, 10000);
    import(${JSON.stringify(new URL('../../../src/engine/pool/control-block.js', import.meta.url).href)})
      .then(({ reportFailure }) => reportFailure(memory.buffer, new Error('out of registers')));`;
  const worker = new Worker(source, { eval: true, workerData: { memory } });
  worker.unref();
  return { stop: () => void worker.terminate() };
}

test('a helper that dies in a run ends the run with its error', () => {
  const { memory, pool } = open(2, { ...nodeHost, startHelper: startDyingHelper });
  const program = write(memory, [phase('host', [0])]);
  assert.throws(
    () => pool.run(program, [() => {}], true),
    (error) =>
      error instanceof EngineError &&
      error.message ===
        'wasm: a kernel has failed (Error: out of registers) and the engine has stopped; please report this',
  );
});

test('a helper looks how large the memory is, which it may have received while it grew', () => {
  const { memory } = new EngineMemory();
  const grown: number[] = [];
  const grow = memory.grow.bind(memory);
  memory.grow = (pages) => {
    grown.push(pages);
    return grow(pages);
  };
  dismissHelpers(memory.buffer); // it finds that there is nothing to do
  helpPool({ module: kernels.module, memory, tid: 1, threads: 2 }, noForeignCalls);
  assert.deepEqual(grown, [0]);
});

test('a trap says where it was', () => {
  for (const threads of [1, 2]) {
    const { memory, pool } = open(threads);
    const outside = 2 ** 31;
    const program = write(memory, [phase('zero', [outside, 1 << 20])]);
    assert.throws(
      () => pool.run(program, [], true),
      /a kernel has failed \(RuntimeError: memory access out of bounds in wasm-function\[\d+\]:0x[\da-f]+\)/,
    );
  }
});

test('sleeping helpers do not keep the process alive', () => {
  const script = `
    import { openWasmEngine } from ${JSON.stringify(new URL('../../../src/engine/wasm/wasm.js', import.meta.url).href)};
    import { HostBuffer } from ${JSON.stringify(new URL('../../../src/engine/host-buffer.js', import.meta.url).href)};
    import { opSpec } from ${JSON.stringify(new URL('../../../src/graph/op.js', import.meta.url).href)};
    import { singleNodeGraph } from ${JSON.stringify(new URL('../../../src/graph/graph.js', import.meta.url).href)};
    import ${JSON.stringify(new URL('../../../src/ops/index.js', import.meta.url).href)};
    const type = { dtype: 'float32', shape: [100000] };
    const engine = openWasmEngine({ threads: 2 });
    const x = new HostBuffer('float32', new Float32Array(100000).fill(2));
    const [y] = engine.prepare(singleNodeGraph(opSpec('neg'), [type], {}, [type])).run([x]);
    console.log(y.read()[99999]);`;
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { encoding: 'utf8', timeout: 20_000, cwd: fileURLToPath(new URL('.', import.meta.url)) },
  );
  assert.deepEqual({ stdout, status }, { stdout: '-2\n', status: 0 });
});
