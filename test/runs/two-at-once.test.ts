import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import '../../src/ops/index.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

const atomic = new URL('../../src/io/atomic.js', import.meta.url);

test('a run that another process trains in is refused, and free again when that has ended in whatever way', async (t) => {
  const folder = await temporaryFolder(t);
  const run = await RunFolder.create('x', join(folder, 'run'));
  const program = `const { markFolder } = await import(${JSON.stringify(atomic.href)});
    await markFolder(${JSON.stringify(run.path)}, 'training');
    console.log('marked');
    setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', program]);
  await once(other.stdout, 'data');
  await assert.rejects(run.claim(), {
    name: 'DataError',
    message: `${run.path}: process ${other.pid} trains in it, and two would spoil it; wait until it has ended, or end it`,
  });
  other.kill('SIGKILL');
  await once(other, 'close');
  const claim = await run.claim();
  assert.equal((await readdir(run.path)).length, 1, 'the mark of the dead is gone');
  await claim.remove();
  assert.deepEqual(await readdir(run.path), []);
});
