/** Channels that fill no whole block on engine `native`: what lies behind them in memory changes nothing. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
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
    after(() => engine.stop());
    for (const channels of [5, 7, 17, 24, 33])
      for (const [written, kernel] of [
        ['1 × 1', 1],
        ['5 × 5', 5],
        ['depthwise', 1],
      ] as const)
        test(`${channels}, ${written}, ${level}`, () => {
          const x = rand([4, 12, 9, 20]);
          const narrow = rand([channels, 12, kernel, kernel]);
          const own = rand([channels, 1, 3, 3]);
          const wide = rand([2, channels, 3, 3]);
          const outcome = (which: 'reference' | typeof engine) => {
            useEngine(which);
            const leaf = (t: Tensor) => {
              const copy = t.clone();
              copy.requiresGrad = true;
              return copy;
            };
            const leaves = [leaf(x), leaf(narrow), leaf(own), leaf(wide)] as const;
            const [input, first, lanewise, last] = leaves;
            const step = compile(() => {
              const mixed = conv2d(input, first, null, { padding: (kernel - 1) / 2 });
              const lanes = { padding: 1, groups: channels };
              const between =
                written === 'depthwise' ? conv2d(mixed, lanewise, null, lanes) : mixed;
              const y = conv2d(between, last, null, { padding: 1 });
              y.mul(y).mean().backward();
              return y;
            });
            const y = step();
            return [y, ...leaves.map(({ grad }) => grad)].map((t) =>
              Array.from(t?.data ?? [], Number),
            );
          };
          const expected = outcome('reference');
          soil(engine, 8);
          outcome(engine).forEach((found, k) => {
            const most = Math.max(...(expected[k] ?? []).map(Math.abs));
            assert.equal(found.length, expected[k]?.length);
            found.forEach((v, i) => {
              assert.ok(
                Math.abs(v - (expected[k]?.[i] ?? Number.NaN)) <= 1e-5 * most,
                `${k}: ${v}`,
              );
            });
          });
        });
  }
});
