import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, float, int, message, text } from '../../src/export/protobuf.js';

const hex = (data: Uint8Array) => Buffer.from(data).toString('hex');

test('fields are written as in the examples of the encoding guide', () => {
  assert.equal(hex(int(1, 150)), '089601');
  assert.equal(hex(text(2, 'testing')), '120774657374696e67');
  assert.equal(hex(bytes(3, int(1, 150))), '1a03089601');
});

test('a negative number takes ten bytes', () => {
  assert.equal(hex(int(2, -2)), `10fe${'ff'.repeat(8)}01`);
});

test('floats are four bytes, the lowest first', () => {
  assert.equal(hex(float(2, 1.5)), '150000c03f');
});

test('field numbers above 15 and lengths above 127 take two bytes', () => {
  assert.equal(hex(int(20, 7)), 'a00107');
  assert.equal(hex(bytes(9, new Uint8Array(200)).subarray(0, 4)), '4ac80100');
});

test('a message is its fields in order', () => {
  assert.equal(hex(message(int(1, 1), int(2, 2))), '08011002');
});
