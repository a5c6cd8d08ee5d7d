/**
 * NaN, ±∞, ±0, subnormal numbers and numbers near the end of float32 among others, through every op and through what plans
 * fuse, on every engine as on `reference`; scripts/verify-fuzz.mjs tries more seeds, and eager ops, too.
 */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.js';
import { openWasmEngine, type WasmEngine } from '../../src/engine/wasm/wasm.js';
import {
  nativeLevels,
  openMachineCode,
  withoutNarrow,
  withoutNative,
} from '../engine/native/machine.js';
import {
  bfloat16Questions,
  chainQuestions,
  isSpecial,
  tableQuestions,
  wrongAnswers,
} from './special-check.js';

const seed = 0;
const winograd = false;

const engines: Readonly<
  Record<string, { readonly skip: string | false; readonly open: () => WasmEngine }>
> = {
  wasm: { skip: false, open: () => openWasmEngine({ threads: 2, winograd }) },
  native: { skip: withoutNative, open: () => openMachineCode({ threads: 2, winograd }) },
};

const questions = [
  ...tableQuestions('none', seed),
  ...tableQuestions('huge', seed),
  ...chainQuestions(seed),
  ...chainQuestions(seed + 1),
];
const groups = [...new Set(questions.map(({ group }) => group))];

for (const [name, { skip, open }] of Object.entries(engines))
  describe(`special numbers on engine ${name}`, { skip }, () => {
    let engine: WasmEngine | undefined;
    const opened = (): Engine => {
      engine ??= open();
      return engine;
    };
    after(() => engine?.stop());

    for (const group of groups)
      test(group, () => {
        const asked = { engine: opened(), eager: false };
        const own = questions.filter((question) => question.group === group);
        assert.deepEqual(
          own.flatMap((question) => wrongAnswers(question, asked)),
          [],
        );
      });
  });

describe('special numbers in bfloat16', { skip: withoutNarrow }, () => {
  for (const level of nativeLevels.filter((one) => one !== 'avx2'))
    test(`products, ${level}`, () => {
      const engine = openMachineCode({ threads: 2, winograd, level });
      const asked = { engine, precision: 'bfloat16' } as const;
      const all = [0, 1, 2, 3].flatMap(bfloat16Questions);
      try {
        assert.deepEqual(
          all.flatMap((question) => wrongAnswers(question, asked)),
          [],
        );
      } finally {
        engine.stop();
      }
    });
});

test('the special numbers come through to most results', () => {
  const special = questions.filter(isSpecial).length;
  assert.ok(special > 0.6 * questions.length, `${special} of ${questions.length}`);
});
