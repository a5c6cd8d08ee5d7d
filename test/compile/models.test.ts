/** Whole networks, compiled, have PyTorch's losses on each build of the kernels, on one thread and on two. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { useEngine } from '../../src/engine/select.js';
import { openWasmEngine, type WasmEngine } from '../../src/engine/wasm/wasm.js';
import { assertLosses, lossesOf, trainings } from '../vision/models/golden-training.js';

const engines: WasmEngine[] = [];
after(() => {
  for (const engine of engines) engine.stop();
});

for (const kernels of ['relaxed', 'simd'] as const)
  for (const threads of [1, 2]) {
    const engine = openWasmEngine({ kernels, threads });
    engines.push(engine);
    for (const [name, training] of Object.entries(trainings))
      test(`${name}, ${kernels} kernels, threads=${threads}`, () => {
        useEngine(engine);
        const losses = lossesOf(training, { compiled: true });
        assertLosses(training, losses);
        assert.deepEqual(lossesOf(training, { compiled: true }), losses, 'a second run');
      });
  }
