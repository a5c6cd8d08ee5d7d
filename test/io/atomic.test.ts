/** What a file that is written whole may replace. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstat, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeFileAtomic } from '../../src/io/atomic.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

test('a file is replaced, and behind a link the file that it leads to', async (t) => {
  const folder = await temporaryFolder(t);
  const [file, link] = [join(folder, 'file'), join(folder, 'link')];
  await writeFile(file, 'old');
  await symlink(file, link);
  await writeFileAtomic(link, 'new');
  assert.equal(await readFile(file, 'utf8'), 'new');
  assert.ok((await lstat(link)).isSymbolicLink());
  assert.deepEqual((await readdir(folder)).sort(), ['file', 'link']);
});

test('a pipe or a device stays what it is', { skip: process.platform === 'win32' }, async (t) => {
  const folder = await temporaryFolder(t);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const expected = {
    name: 'DataError',
    message: `${pipe}: is a device or a pipe, not a file; give the name of a file`,
  };
  await assert.rejects(writeFileAtomic(pipe, 'new'), expected);
  assert.ok((await lstat(pipe)).isFIFO());
  assert.deepEqual(await readdir(folder), ['pipe']);
});
