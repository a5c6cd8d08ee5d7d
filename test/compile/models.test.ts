/** Whole networks, compiled, have PyTorch's losses on each build of the kernels, on one thread and on two. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { useEngine } from '../../src/engine/select.js';
import { openWasmEngine, type WasmEngine } from '../../src/engine/wasm/wasm.js';
import { assertLosses, lossesOf, trainings } from '../vision/models/golden-training.js';

/** The large network runs on two of the four, on all with WICK_ALL_CASES. */
const all = process.env.WICK_ALL_CASES !== undefined;

/** Before any step only rounding is between the losses. */
const firstTolerance = 1e-5;

/**
 * Where a channel of a small batch has eight values, one of them that rounds to the other side of a ReLU's corner moves
 * all gradients by percents: ResNet's second loss by 8e-4 with plain kernels and Winograd.
 */
const cornerTolerance = 1e-3;

const engines: WasmEngine[] = [];
after(() => {
  for (const engine of engines) engine.stop();
});

for (const kernels of ['relaxed', 'simd'] as const)
  for (const threads of [1, 2]) {
    const engine = openWasmEngine({ kernels, threads });
    engines.push(engine);
    for (const [name, training] of Object.entries(trainings)) {
      const large = name === 'resnet18';
      if (large && !all && (kernels === 'relaxed') !== (threads === 2)) continue;
      test(`${name}, ${kernels} kernels, threads=${threads}`, () => {
        useEngine(engine);
        const losses = lossesOf(training, { compiled: true });
        const tolerance = large ? cornerTolerance : training.tolerance;
        assertLosses({ ...training, tolerance }, losses);
        assertLosses({ losses: training.losses.slice(0, 1), tolerance: firstTolerance }, losses);
        if (!large)
          assert.deepEqual(lossesOf(training, { compiled: true }), losses, 'a second run');
      });
    }
  }
