import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../src/core/rng.js';
import { writeNormalPair } from '../../src/ops/kernels/normal-deviates.js';

/** Both draws, as words of 24 bits and anything below. */
function check(first: number, second: number): void {
  const z = [0, 0];
  writeNormalPair(z, 0, first * 256 + 99, second * 256 + 7, 0, 1);
  const radius = Math.sqrt(-2 * Math.log((2 ** 24 - first) / 2 ** 24));
  const angle = 2 * Math.PI * (second / 2 ** 24);
  for (const [i, value] of [radius * Math.cos(angle), radius * Math.sin(angle)].entries())
    assert.ok(
      Math.abs((z[i] as number) - value) <= 2e-15 * radius,
      `draws ${first}, ${second}: ${z[i]} is not ${value}`,
    );
}

test('Box and Muller, as Math has its functions', () => {
  const rng = new Rng(3);
  for (let i = 0; i < 20_000; i++) check(rng.int(2 ** 24), rng.int(2 ** 24));
});

test('the first and last draws, and those around the quarters and eighths of the circle', () => {
  const firsts = [0, 1, 2, 2 ** 23, 2 ** 24 - 4913933, 2 ** 24 - 2, 2 ** 24 - 1]; // a mantissa near √2 among them
  const eighths = Array.from({ length: 8 }, (_, k) => k * 2 ** 21);
  const seconds = eighths.flatMap((at) => [at, at + 1, at + 2 ** 21 - 1]);
  for (const first of firsts) for (const second of seconds) check(first, second);
});
