import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ForeignCall, foreignRecords } from '../../../src/engine/compiler/foreign-call.js';

/** Above 2³², where a pointer's upper half counts. */
const target = 0x7f00_0000_0001n;

const call: ForeignCall = {
  target,
  offsets: [0, 4096, 2 ** 32 - 4],
  list: Uint8Array.of(1, 2, 3, 4, 5),
};

test('a record starts on a cache line, so that threads do not write to each other’s', () => {
  const bytes = (count: number, listBytes: number) =>
    foreignRecords([{ target, offsets: [], list: new Uint8Array(listBytes) }], count).bytes;
  assert.equal(bytes(0, 0), 64);
  assert.equal(bytes(7, 0), 64); // 8 + 7 × (4 + 4)
  assert.equal(bytes(7, 1), 128);
});

test('a record is what kernels/calls.ts reads: target, addresses, offsets, argument list', () => {
  const { words, bytes } = foreignRecords([call, undefined, call], 3);
  assert.equal(words.byteLength, 3 * bytes);
  for (const thread of [0, 2]) {
    const view = new DataView(words.buffer, thread * bytes, bytes);
    assert.equal(view.getBigUint64(0, true), target);
    for (let i = 0; i < 3; i++) {
      assert.equal(view.getUint32(8 + 4 * i, true), 0, 'has been nowhere yet');
      assert.equal(view.getUint32(20 + 4 * i, true), call.offsets[i]);
    }
    assert.deepEqual(new Uint8Array(view.buffer, view.byteOffset + 32, 5), call.list);
  }
});

test('a thread without a call has no target', () => {
  const { words, bytes } = foreignRecords([call, undefined], 3);
  assert.ok(words.slice(bytes / 4).every((word) => word === 0));
});
