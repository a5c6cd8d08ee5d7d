import assert from 'node:assert/strict';
import { existsSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolders } from '../../src/core/make-folders.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

test('folders are made that are missing; the uppermost is told, and nothing where all are there', async (t) => {
  const root = await temporaryFolder(t);
  const deep = join(root, 'a', 'b', 'c');
  assert.equal(await makeFolders(deep), join(root, 'a'));
  assert.equal(await makeFolders(deep), undefined);
  assert.equal(await makeFolders(join(root, 'a', 'd')), join(root, 'a', 'd'));
  const both = await Promise.all(['x', 'y'].map((name) => makeFolders(join(root, 'n', name))));
  assert.equal(both.length, 2);
  assert.ok(existsSync(join(root, 'n', 'x')) && existsSync(join(root, 'n', 'y')));
});

test('where a folder cannot be made, the system says why', async (t) => {
  const root = await temporaryFolder(t);
  writeFileSync(join(root, 'file'), '');
  symlinkSync(join(root, 'nowhere'), join(root, 'link'));
  await assert.rejects(makeFolders(join(root, 'file')), { code: 'EEXIST' });
  await assert.rejects(makeFolders(join(root, 'file', 'a', 'b')), { code: 'ENOTDIR' });
  await assert.rejects(makeFolders(join(root, 'link', 'a')), { code: 'EEXIST' });
  // In /proc nothing can be made, which is told as if something above were missing.
  for (const path of ['/proc/wick', '/proc/wick/a/b'])
    if (existsSync('/proc/self')) await assert.rejects(makeFolders(path), { code: 'ENOENT' });
});

test('many who make folders side by side in one that is not there yet', async (t) => {
  const root = await temporaryFolder(t);
  for (let round = 0; round < 40; round++) {
    const paths = Array.from({ length: 16 }, (_, i) =>
      join(root, `${round}`, 'a', 'b', `${i % 8}`),
    );
    await Promise.all(paths.map((path) => makeFolders(path)));
    for (const path of paths) assert.ok(statSync(path).isDirectory());
  }
});
