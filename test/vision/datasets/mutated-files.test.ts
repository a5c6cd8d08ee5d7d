import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMutatedFiles } from './mutated-files.js';

test('damaged files of every kind are read or refused with their path, and soon (a few of 1,000: npm run verify:bad-data)', async () => {
  const { refused, read, wrong, slowestMs } = await readMutatedFiles(150, 1);
  assert.deepEqual(wrong, []);
  assert.ok(refused > 30, `${refused} refused, ${read} read`);
  assert.ok(slowestMs < 20_000, `${slowestMs} ms`);
});
