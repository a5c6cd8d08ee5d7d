/** Vectors of 8 floats, which layouts and shares of channels depend on, tried on whatever CPU this is. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withoutVectors } from './machine.js';

test('convolutions and products are right where the CPU has AVX2 alone', {
  skip: withoutVectors,
}, () => {
  const files = ['convolutions', 'products'].map((name) =>
    fileURLToPath(new URL(`./${name}.test.js`, import.meta.url)),
  );
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--test', ...files], {
    encoding: 'utf8',
    env: {
      ...process.env,
      ONEDNN_MAX_CPU_ISA: 'AVX2',
      DNNL_MAX_CPU_ISA: 'AVX2', // Its name in 2.x.
      NODE_TEST_CONTEXT: undefined,
    },
  });
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  assert.match(stdout, /convolutions on oneDNN, AVX2$/m);
});
