/** Memory that several values use, one after another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slots } from '../../../src/engine/webgpu/plan/slots.js';

test('a slot that is free is used again, and grows where a larger value takes it', () => {
  const slots = new Slots();
  const [a, b] = [slots.take(100), slots.take(100)];
  assert.notEqual(a, b, 'both are in use');
  slots.give(a);
  assert.equal(slots.take(150), a);
  assert.deepEqual(slots.bytes, [150, 100]);
});

test('the smallest that suffices is taken, and none that is far too large', () => {
  const slots = new Slots();
  for (const slot of [400, 120, 110].map((bytes) => slots.take(bytes))) slots.give(slot);
  assert.deepEqual([slots.take(100), slots.take(100), slots.take(100)], [2, 1, 3]);
  assert.deepEqual(slots.bytes, [400, 120, 110, 100]);
});
