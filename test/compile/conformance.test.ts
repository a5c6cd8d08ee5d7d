/**
 * The op table on each build of the kernels and on emitted code, on one thread and on more, eagerly and compiled. Without
 * WICK_ALL_CASES the default engine's sweep (test/ops/cases.test.ts) is trusted with the rest: each combination takes every
 * fourth case, and on emitted code every one of the ops that they compute.
 */
import '../../src/ops/index.js';
import { after, describe, test } from 'node:test';
import { openWasmEngine, type WasmEngine } from '../../src/engine/wasm/wasm.js';
import { nativeLevels, openMachineCode, withoutNative } from '../engine/native/machine.js';
import { answer, compiledAnswer } from '../ops/answers.js';
import { families } from '../ops/cases.js';
import { assertClose } from '../ops/run-case.js';

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

const share = 4;

function check(open: () => WasmEngine, takes: (family: string, i: number) => boolean): void {
  const engine = open();
  engines.push(engine);
  cases.forEach(({ family, opCase }, i) => {
    if (!all && !takes(family, i)) return;
    test(`${family}: ${opCase.name}`, () => {
      const expected = answer(opCase, 'reference');
      const near = Math.max(opCase.tolerance ?? 0, engineTolerance);
      assertClose(answer(opCase, engine), expected, near);
      assertClose(compiledAnswer(opCase, engine), expected, near);
    });
  });
}

const builds = (['relaxed', 'simd'] as const).flatMap((kernels) =>
  [1, 2].map((threads) => ({ kernels, threads })),
);
builds.forEach((options, turn) => {
  describe(`${options.kernels} kernels, threads=${options.threads}`, () => {
    check(
      () => openWasmEngine(options),
      (_, i) => i % share === turn,
    );
  });
});

/** Five: for some convolutions more threads than images, for others more than there is work for. */
nativeLevels.forEach((level, i) => {
  [1 + i, 5].forEach((threads, turn) => {
    describe(`emitted ${level} code, threads=${threads}`, { skip: withoutNative }, () => {
      check(
        () => openMachineCode({ threads, level }),
        (family, i) => i % share === turn || family === 'nn-conv' || family === 'nn-products',
      );
    });
  });
});
