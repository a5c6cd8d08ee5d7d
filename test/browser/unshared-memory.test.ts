/** What a browser without shared memory runs, here in Node: the kernels on memory that growing takes away from all views. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  compile,
  manualSeed,
  nn,
  ones,
  optim,
  rand,
  type Tensor,
  useEngine,
} from '../../src/browser.js';
import { noForeignCalls } from '../../src/engine/pool/foreign-code.js';
import type { Host } from '../../src/engine/pool/host.js';
import { nodeHost } from '../../src/engine/pool/node-host.js';
import { withUnsharedMemory } from '../../src/engine/pool/unshared-memory.js';
import { openWasmEngine, type WasmEngine } from '../../src/engine/wasm/wasm.js';

const kernels = readFileSync(new URL('../../src/engine/wasm/kernels-simd.wasm', import.meta.url));

const unsharedHost: Host = {
  ...nodeHost,
  parallelism: 1,
  sharesMemory: false,
};

function instantiate(bytes: Uint8Array, shared: boolean): void {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared });
  const env = { memory, host() {}, sleep() {}, ...noForeignCalls };
  new WebAssembly.Instance(new WebAssembly.Module(bytes), { env });
}

test('one bit decides what memory the kernels import', () => {
  const unshared = withUnsharedMemory(kernels);
  assert.equal(unshared.filter((byte, i) => byte !== kernels[i]).length, 1);
  instantiate(kernels, true);
  instantiate(unshared, false);
  assert.throws(() => instantiate(kernels, false), /shared/);
  assert.throws(() => instantiate(unshared, true), /shared/);
});

test('a module that has no memory to import is an error', () => {
  const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  assert.throws(() => withUnsharedMemory(empty), {
    message: 'internal: the kernels do not import their memory; please report this',
  });
});

/** The losses of three steps, between which other plans make the memory grow, and the weights after them. */
function train(engine: WasmEngine): unknown {
  useEngine(engine);
  manualSeed(3);
  const model = new nn.Linear(64, 64);
  const optimizer = new optim.Adam(model.parameters());
  const step = compile((x: Tensor) => {
    optimizer.zeroGrad();
    const loss = model.forward(x).square().mean();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const x = rand([32, 64]);
  const losses = [1, 2, 3].map((run) => {
    const loss = step(x).item();
    assert.equal(
      ones([run * 1_000_000])
        .add(1)
        .amax()
        .item(),
      2,
    );
    return loss;
  });
  return { losses, weight: model.weight.toArray() };
}

test('plans outlive growing memory, and numbers are those of shared memory', () => {
  const shared = openWasmEngine({ threads: 1, kernels: 'simd' });
  const unshared = openWasmEngine({}, unsharedHost, {
    module: new WebAssembly.Module(withUnsharedMemory(kernels)),
    build: 'simd',
  });
  assert.deepEqual(train(unshared), train(shared));
});
