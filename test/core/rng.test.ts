import assert from 'node:assert/strict';
import { test } from 'node:test';
import { philox, Rng } from '../../src/core/rng.js';

// Known answers of philox4x32-10 published with Random123 (kat_vectors).
const answers = [
  { counter: [0, 0, 0, 0], key: [0, 0], words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
] as const;

test('philox gives the published words', () => {
  for (const { counter, key, words } of answers) {
    const out = new Uint32Array(4);
    const [c0, c1, c2, c3] = counter;
    philox(out, c0, c1, c2, c3, key[0], key[1]);
    assert.deepEqual([...out], [...words]);
  }
});

test('a stream is a function of seed, stream and index', () => {
  const draw = (...args: ConstructorParameters<typeof Rng>) => {
    const rng = new Rng(...args);
    return Array.from({ length: 6 }, () => rng.bits()).join();
  };
  assert.equal(draw(1, 2, 3), draw(1, 2, 3));
  const all = [
    draw(1, 2, 3),
    draw(2, 2, 3),
    draw(1, 3, 3),
    draw(1, 2, 4),
    draw(1 + 2 ** 32, 2, 3),
    draw(1, 2, 3 + 2 ** 32),
  ];
  assert.equal(new Set(all).size, all.length);
});

test('uniform, int, normal and bool have their means and ranges', () => {
  const rng = new Rng(7);
  const n = 20_000;
  let uniform = 0;
  let normal = 0;
  let square = 0;
  let heads = 0;
  const faces = new Array<number>(6).fill(0);
  for (let i = 0; i < n; i++) {
    const u = rng.uniform(2, 4);
    assert.ok(u >= 2 && u < 4);
    uniform += u / n;
    const z = rng.normal();
    normal += z / n;
    square += (z * z) / n;
    heads += rng.bool(0.3) ? 1 / n : 0;
    const face = rng.int(6);
    faces[face] = (faces[face] ?? 0) + 1;
  }
  // Four standard errors each.
  assert.ok(Math.abs(uniform - 3) < (4 * 0.577) / Math.sqrt(n), `${uniform}`);
  assert.ok(Math.abs(normal) < 4 / Math.sqrt(n), `${normal}`);
  assert.ok(Math.abs(square - 1) < (4 * Math.SQRT2) / Math.sqrt(n), `${square}`);
  assert.ok(Math.abs(heads - 0.3) < (4 * 0.458) / Math.sqrt(n), `${heads}`);
  assert.equal(faces.length, 6);
  for (const count of faces) assert.ok(Math.abs(count - n / 6) < 4 * Math.sqrt((n * 5) / 36));
});

test('a permutation holds every number once, and orders differ', () => {
  const order = new Rng(1).permutation(100);
  assert.deepEqual(
    [...order].sort((a, b) => a - b),
    [...Array(100).keys()],
  );
  assert.notDeepEqual([...order], [...new Rng(2).permutation(100)]);
  assert.notDeepEqual([...order], [...Array(100).keys()]);
});
