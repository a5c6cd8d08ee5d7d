/** Convolutions of odd shapes on engine `native`: as on `reference`, twice the same bits, NaN and ∞ kept where they are. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { compile } from '../../../src/compile/compile.js';
import { Rng } from '../../../src/core/rng.js';
import type { Engine } from '../../../src/engine/engine.js';
import { useEngine } from '../../../src/engine/select.js';
import { conv2d, relu } from '../../../src/nn/functional.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { nativeLevels, openMachineCode, withoutNative } from './machine.js';
import { draw, type OddConvolution, oddConvolutions, passes } from './odd-convolutions.js';

const engines: readonly Engine[] = withoutNative
  ? []
  : nativeLevels.flatMap((level) => [
      openMachineCode({ threads: 3, winograd: true, level }),
      openMachineCode({ threads: 1, winograd: false, level }),
    ]);
after(() => {
  for (const engine of engines) if ('stop' in engine) (engine as { stop(): void }).stop();
});

function assertNear(actual: readonly Float32Array[], expected: readonly Float32Array[]): void {
  assert.equal(actual.length, 4);
  expected.forEach((values, i) => {
    const largest = values.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-3);
    const worst = values.reduce(
      (most, v, j) => Math.max(most, Math.abs(v - (actual[i]?.[j] ?? NaN))),
      0,
    );
    assert.ok(worst <= 3e-5 * largest, `result ${i}: off by ${worst} of ${largest}`);
  });
}

describe('convolutions of odd shapes', { skip: withoutNative }, () => {
  for (const given of oddConvolutions)
    test(JSON.stringify(given), () => {
      const expected = passes('reference', given, false);
      for (const engine of engines)
        for (const compiled of [false, true]) {
          const found = passes(engine, given, compiled);
          assertNear(found, expected);
          assert.deepEqual(passes(engine, given, compiled), found, 'a second run');
        }
    });
});

describe('values that are no numbers', { skip: withoutNative }, () => {
  const shapes: readonly OddConvolution[] = [
    { n: 1, c: 16, k: 16, size: [16, 16], kernel: [3, 3], padding: 1 },
    { n: 1, c: 64, k: 64, size: [24, 24], kernel: [3, 3], padding: 1 },
    { n: 1, c: 5, k: 9, size: [9, 9], kernel: [3, 3], padding: 1 },
  ];
  for (const { n, c, k, size, kernel, padding = 0 } of shapes)
    for (const value of [NaN, Infinity, -Infinity])
      test(`${value} in ${c} channels`, () => {
        for (const engine of engines) {
          const rng = new Rng(3, 0, 0);
          const [x, w] = [draw(rng, [n, c, ...size]), draw(rng, [k, c, ...kernel])];
          x.data[5 * size[1] + 5] = value;
          const results = (['reference', engine] as const).map((used) => {
            useEngine(used);
            return compile((a: Tensor, b: Tensor) => relu(conv2d(a, b, null, { padding })))(x, w)
              .data;
          });
          const [expected, found] = results;
          // A Winograd tile loses what is finite in it beside ∞: then it is NaN, never a number that is wrong.
          expected?.forEach((want, i) => {
            const got = Number(found?.[i]);
            if (Number.isNaN(got)) return;
            assert.ok(
              Math.abs(got - Number(want)) < 1e-3 || got === want,
              `${i}: ${got}, not ${want}`,
            );
          });
          const strange = (values: ArrayLike<number> | undefined) =>
            Array.from(values ?? [], (v) => !Number.isFinite(v));
          strange(expected).forEach((is, i) => {
            if (is) assert.ok(!Number.isFinite(Number(found?.[i])), `${i} is ${found?.[i]}`);
          });
        }
      });
});
