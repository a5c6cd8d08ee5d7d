import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../../scripts/verify-exit.mjs', import.meta.url));

test('programs that end while their helper threads load end with a code of their own (npm run verify:exit runs 200)', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, '4'], {
    encoding: 'utf8',
    timeout: 240_000,
  });
  assert.equal(status, 0, stderr);
  assert.equal(stdout, '4 of 4 programs ended with a code of their own\n');
});
