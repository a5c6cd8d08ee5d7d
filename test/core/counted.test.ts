import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted } from '../../src/core/counted.js';

test('one of a thing has no s', () => {
  assert.equal(counted(0, 'step'), '0 steps');
  assert.equal(counted(1, 'step'), '1 step');
  assert.equal(counted(2, 'step'), '2 steps');
  assert.equal(counted(1, 'entry', 'entries'), '1 entry');
  assert.equal(counted(3, 'entry', 'entries'), '3 entries');
});
