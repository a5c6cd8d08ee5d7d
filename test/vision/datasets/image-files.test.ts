import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { picturesIn } from '../../../src/vision/datasets/image-files.js';
import { temporaryFolder } from './temporary-folder.js';

function fill(folder: string, files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
}

test('the pictures below a folder, by path: links as their target, each folder once, nothing hidden', async (t) => {
  const folder = await temporaryFolder(t);
  fill(folder, ['a/c.png', 'a/b/d.JPG', 'z.png', 'é.png', 'notes.txt']);
  fill(folder, ['.thumbs/t.png', '.hidden.png', '__MACOSX/m.png', 'a/._c.png']);
  const other = await temporaryFolder(t);
  fill(other, ['x.png']);
  symlinkSync(join(folder, 'z.png'), join(folder, 'a', 'link.png'));
  symlinkSync(other, join(folder, 'other'));
  symlinkSync('..', join(folder, 'a', 'b', 'up'));
  symlinkSync('nowhere.png', join(folder, 'dangling.png'));
  assert.deepEqual(
    (await picturesIn(folder)).map((path) => path.slice(folder.length + 1)),
    ['a/b/d.JPG', 'a/c.png', 'a/link.png', 'other/x.png', 'z.png', 'é.png'],
  );
});

test('a folder without pictures says what it holds instead', async (t) => {
  const folder = await temporaryFolder(t);
  const subject = `${folder}: holds no pictures that can be read, by their endings`;
  await assert.rejects(picturesIn(folder), { name: 'DataError', message: subject });
  fill(folder, ['a.txt', 'b/c.txt']);
  await assert.rejects(picturesIn(folder), { message: `${subject} (2 .txt)` });
  await assert.rejects(picturesIn(join(folder, 'none')), {
    message: `${folder}/none: there is no such folder`,
  });
});

test('a folder that may not be read is named with the reason', {
  skip: process.platform === 'win32' || process.getuid?.() === 0, // root may
}, async (t) => {
  const folder = await temporaryFolder(t);
  fill(folder, ['a/b.png']);
  chmodSync(join(folder, 'a'), 0);
  await assert.rejects(picturesIn(folder), {
    name: 'DataError',
    message: `${folder}/a: cannot be read (EACCES: permission denied)`,
  });
  chmodSync(join(folder, 'a'), 0o700);
});
