/** Files that belong together are all written, or none of them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { removeLeftovers, writeFileAtomic } from '../../src/io/atomic.js';
import { writeStaged } from '../../src/io/staged-folder.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

/** What the system says of a disk that has no room. */
const full = () =>
  Object.assign(new Error('ENOSPC: no space left on device, write'), { syscall: 'write' });

const writes = (content: string, error?: Error) => async (staging: string) => {
  await writeFileAtomic(join(staging, 'page'), content);
  await writeFileAtomic(join(staging, 'model'), content);
  if (error !== undefined) throw error;
};

test('files come to their places, over older ones; others stay', async (t) => {
  const folder = join(await temporaryFolder(t), 'a', 'b');
  await writeStaged(folder, { last: 'page' }, writes('1'));
  await writeFile(join(folder, 'own'), 'own');
  await writeStaged(folder, { last: 'page' }, writes('2'));
  assert.deepEqual((await readdir(folder)).sort(), ['model', 'own', 'page']);
  assert.equal(await readFile(join(folder, 'model'), 'utf8'), '2');
});

test('files of an earlier writing that are not written anew go, once all others have come', async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of ['page', 'old', 'own']) await writeFile(join(folder, name), 'before');
  const order = { last: 'page', former: ['page', 'old', 'gone'] };
  await assert.rejects(writeStaged(folder, order, writes('1', full())), { name: 'DataError' });
  assert.deepEqual((await readdir(folder)).sort(), ['old', 'own', 'page']);
  await writeStaged(folder, order, writes('1'));
  assert.deepEqual((await readdir(folder)).sort(), ['model', 'own', 'page']);
  assert.equal(await readFile(join(folder, 'page'), 'utf8'), '1');
});

test('where writing fails everything is as it was, folders too', async (t) => {
  const root = await temporaryFolder(t);
  const folder = join(root, 'a', 'b');
  const expected = {
    name: 'DataError',
    message: `${folder}: cannot be written (ENOSPC: no space left on device); nothing was changed`,
  };
  await assert.rejects(writeStaged(folder, { last: 'page' }, writes('1', full())), expected);
  assert.deepEqual(await readdir(root), []);
  await writeStaged(folder, { last: 'page' }, writes('1'));
  await assert.rejects(writeStaged(folder, { last: 'page' }, writes('2', full())), expected);
  assert.deepEqual((await readdir(folder)).sort(), ['model', 'page']);
  assert.equal(await readFile(join(folder, 'page'), 'utf8'), '1');
});

test('a file that cannot be written is told as the folder’s; other errors stay what they are', async (t) => {
  const folder = await temporaryFolder(t);
  const refused = writeStaged(folder, { last: 'page' }, async (staging) => {
    await mkdir(join(staging, 'page'));
    await writeFileAtomic(join(staging, 'page'), 'in the place of a folder');
  });
  await assert.rejects(refused, { name: 'DataError', path: folder, message: /EISDIR/ });
  await assert.rejects(
    writeStaged(folder, { last: 'page' }, writes('1', new TypeError('x'))),
    TypeError,
  );
  assert.deepEqual(await readdir(folder), []);
});

test('what a process has left that was killed meanwhile is removed', async (t) => {
  const folder = await temporaryFolder(t);
  const module = new URL('../../src/io/staged-folder.js', import.meta.url).href;
  const script = `import { writeStaged } from ${JSON.stringify(module)};
    import { writeFileSync } from 'node:fs';
    await writeStaged(process.argv[1], { last: 'page' }, async (staging) => {
      writeFileSync(staging + '/page', '');
      process.kill(process.pid, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
  assert.throws(() =>
    execFileSync(process.execPath, ['--input-type=module', '-e', script, folder], {
      stdio: 'pipe',
    }),
  );
  assert.equal((await readdir(folder)).length, 1);
  await removeLeftovers(folder);
  assert.deepEqual(await readdir(folder), []);
});
