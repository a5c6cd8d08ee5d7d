import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ForeignCall,
  foreignRecords,
  recordBytes,
} from '../../../src/engine/compiler/foreign-call.js';

/** Above 2³², where a pointer's upper half counts. */
const pointer = (n: number) => 0x7f00_0000_0000n + BigInt(n);

const share: ForeignCall = {
  primitive: pointer(1),
  stream: pointer(2),
  operands: [
    { argument: 1, handle: pointer(3), offset: 0 },
    { argument: 145, handle: pointer(4), offset: 4096 },
    { argument: -7, handle: pointer(5), offset: 2 ** 32 - 4 },
  ],
};

test('a record starts on a cache line, so that threads do not write to each other’s', () => {
  assert.equal(recordBytes(0), 64);
  assert.equal(recordBytes(2), 64); // 16 + 2 × (16 + 4 + 4)
  assert.equal(recordBytes(3), 128);
});

test('a record is what kernels/native.ts reads: calls, argument list, offsets, addresses bound', () => {
  const records = foreignRecords([share, undefined, share], 3);
  const bytes = recordBytes(3);
  assert.equal(records.byteLength, 3 * bytes);
  for (const thread of [0, 2]) {
    const view = new DataView(records.buffer, thread * bytes, bytes);
    assert.equal(view.getBigUint64(0, true), share.primitive);
    assert.equal(view.getBigUint64(8, true), share.stream);
    share.operands.forEach(({ argument, handle, offset }, i) => {
      assert.equal(view.getInt32(16 + 16 * i, true), argument);
      assert.equal(view.getBigUint64(24 + 16 * i, true), handle);
      assert.equal(view.getUint32(64 + 4 * i, true), offset);
      assert.equal(view.getUint32(76 + 4 * i, true), 0, 'bound to nothing yet');
    });
  }
});

test('a thread without a share has no primitive', () => {
  const records = foreignRecords([share, undefined], 3);
  const second = records.slice(recordBytes(3) / 4);
  assert.ok(second.every((word) => word === 0));
});
