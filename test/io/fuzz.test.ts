import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMutated } from './fuzz/read-mutated.js';

test('damaged files are refused by name, read or healed, and nothing else', async () => {
  for (const { kind, wrong, refused, read } of await readMutated(40, 7)) {
    assert.deepEqual(wrong, [], kind);
    assert.equal(refused + read, 40, kind);
    if (!kind.startsWith('cache')) assert.ok(refused > 10, `${kind}: ${refused} refused`);
  }
});
