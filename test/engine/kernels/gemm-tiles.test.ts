import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

test('gemm-tiles.ts is what scripts/generate-tiles.mjs prints', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wick-tiles-'));
  try {
    const printed = join(folder, 'gemm-tiles.ts');
    execFileSync(process.execPath, ['scripts/generate-tiles.mjs', printed]);
    const committed = readFileSync('src/engine/wasm/kernels/gemm-tiles.ts', 'utf8');
    assert.equal(readFileSync(printed, 'utf8'), committed);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
