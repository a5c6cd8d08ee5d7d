import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Rng } from '../../src/core/rng.js';
import { PortableSha256, sha256 } from '../../src/core/sha256.js';

const inNode = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('the digest of FIPS 180-4’s example, by either way', () => {
  const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  for (const hash of [new PortableSha256(), sha256()]) {
    hash.update('abc');
    assert.equal(hash.hex(), expected);
  }
});

test('every length around the ends of blocks agrees with Node, in pieces of any size', () => {
  const rng = new Rng(7);
  const bytes = Uint8Array.from({ length: 300 }, () => rng.int(256));
  for (let length = 0; length <= bytes.length; length++) {
    const whole = bytes.subarray(0, length);
    const hash = new PortableSha256();
    for (let from = 0; from < length; ) {
      const end = Math.min(length, from + 1 + rng.int(90));
      hash.update(whole.subarray(from, end));
      from = end;
    }
    assert.equal(hash.hex(), inNode(whole), `${length} bytes`);
  }
});

test('a text counts as its UTF-8, and 2 MiB agree', () => {
  const text = '猫🐈 cat'.repeat(150_000);
  const hash = new PortableSha256();
  hash.update(text);
  assert.equal(hash.hex(), inNode(new TextEncoder().encode(text)));
});
