/** Whole networks, compiled, have PyTorch's losses on each build of the kernels and on emitted code, on one thread and on two. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { useEngine } from '../../src/engine/select.js';
import { openWasmEngine, type WasmEngine } from '../../src/engine/wasm/wasm.js';
import { nativeLevels, openMachineCode, withoutNative } from '../engine/native/machine.js';
import { assertLosses, lossesOf, trainings } from '../vision/models/golden-training.js';

/** The large network runs on half of the turns, on all with WICK_ALL_CASES. */
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

/** Whether the large network runs, and how near its losses must be where it does. */
interface Large {
  readonly runs: boolean;
  readonly tolerance: number;
}

function check(name: string, open: () => WasmEngine, large: Large): void {
  const engine = open();
  engines.push(engine);
  for (const [network, training] of Object.entries(trainings)) {
    const isLarge = network === 'resnet18';
    if (isLarge && !all && !large.runs) continue;
    test(`${network}, ${name}`, () => {
      useEngine(engine);
      const losses = lossesOf(training, { compiled: true });
      const tolerance = isLarge ? large.tolerance : training.tolerance;
      assertLosses({ ...training, tolerance }, losses);
      assertLosses({ losses: training.losses.slice(0, 1), tolerance: firstTolerance }, losses);
      if (!isLarge)
        assert.deepEqual(lossesOf(training, { compiled: true }), losses, 'a second run');
    });
  }
}

for (const kernels of ['relaxed', 'simd'] as const)
  for (const threads of [1, 2])
    check(`${kernels} kernels, threads=${threads}`, () => openWasmEngine({ kernels, threads }), {
      runs: (kernels === 'relaxed') !== (threads === 2),
      tolerance: cornerTolerance,
    });

describe('emitted code', { skip: withoutNative }, () => {
  nativeLevels.forEach((level, i) => {
    const threads = 2 - i; // with more than there are CPUs steps wait for the system's scheduler; conformance.test.ts has five
    check(`${level}, threads=${threads}`, () => openMachineCode({ threads, level }), {
      runs: true,
      tolerance: cornerTolerance,
    });
  });
  // Direct convolutions round a tenth as much: no value changes sides.
  check('threads=2, no Winograd', () => openMachineCode({ threads: 2, winograd: false }), {
    runs: true,
    tolerance: trainings.resnet18?.tolerance ?? 0,
  });
});
