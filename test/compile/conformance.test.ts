/**
 * The op table on each build of the kernels, on one thread and on two, eagerly and compiled. Without WICK_ALL_CASES the
 * default engine's sweep (test/ops/cases.test.ts) is trusted with the rest, and each combination takes every fourth case.
 */
import '../../src/ops/index.js';
import { after, describe, test } from 'node:test';
import { openWasmEngine, type WasmEngine } from '../../src/engine/wasm/wasm.js';
import { families } from '../ops/cases.js';
import { answer, assertClose, compiledAnswer } from '../ops/run-case.js';

/** How far an engine's float32 may be from the reference's, which adds in float64. */
const engineTolerance = 2e-5;

const all = process.env.WICK_ALL_CASES !== undefined;
const cases = Object.entries(families).flatMap(([family, list]) =>
  list.map((opCase) => ({ family, opCase })),
);

const engines: WasmEngine[] = [];
after(() => {
  for (const engine of engines) engine.stop();
});

const combinations = (['relaxed', 'simd'] as const).flatMap((kernels) =>
  [1, 2].map((threads) => ({ kernels, threads })),
);

combinations.forEach((options, turn) => {
  describe(`${options.kernels} kernels, threads=${options.threads}`, () => {
    const engine = openWasmEngine(options);
    engines.push(engine);
    cases.forEach(({ family, opCase }, i) => {
      if (!all && i % combinations.length !== turn) return;
      test(`${family}: ${opCase.name}`, () => {
        const expected = answer(opCase, 'reference');
        const near = Math.max(opCase.tolerance ?? 0, engineTolerance);
        assertClose(answer(opCase, engine), expected, near);
        assertClose(compiledAnswer(opCase, engine), expected, near);
      });
    });
  });
});
