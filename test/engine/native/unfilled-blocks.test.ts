/** Channels that fill no whole block on engine `native`: what lies behind them in memory changes nothing. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { compile } from '../../../src/compile/compile.js';
import { useEngine } from '../../../src/engine/select.js';
import { conv2d } from '../../../src/nn/functional.js';
import { rand } from '../../../src/ops/random.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { soil } from '../../compile/soil.js';
import { nativeLevels, openMachineCode, withoutNative } from './machine.js';

describe('channels that fill no block', { skip: withoutNative }, () => {
  for (const level of nativeLevels) {
    const engine = openMachineCode({ threads: 2, level });
    const clean: { soil?: () => void } = {};
    before(() => {
      clean.soil = soil(engine);
    });
    after(() => {
      clean.soil?.();
      engine.stop();
    });
    for (const channels of [5, 7, 17, 24, 33])
      test(`${channels}, ${level}`, () => {
        const x = rand([4, 12, 9, 10]);
        const narrow = rand([channels, 12, 1, 1]);
        const wide = rand([2, channels, 3, 3]);
        const outcome = (which: 'reference' | typeof engine) => {
          useEngine(which);
          const leaf = (t: Tensor) => {
            const own = t.clone();
            own.requiresGrad = true;
            return own;
          };
          const [input, first, second] = [leaf(x), leaf(narrow), leaf(wide)] as const;
          const step = compile(() => {
            const y = conv2d(conv2d(input, first).relu(), second, null, { padding: 1 });
            y.mul(y).mean().backward();
            return y;
          });
          const y = step();
          return [y, ...[input, first, second].map(({ grad }) => grad)].map((t) =>
            Array.from(t?.data ?? [], Number),
          );
        };
        const expected = outcome('reference');
        outcome(engine).forEach((found, k) => {
          const most = Math.max(...(expected[k] ?? []).map(Math.abs));
          assert.equal(found.length, expected[k]?.length);
          found.forEach((v, i) => {
            assert.ok(Math.abs(v - (expected[k]?.[i] ?? Number.NaN)) <= 1e-5 * most, `${k}: ${v}`);
          });
        });
      });
  }
});
