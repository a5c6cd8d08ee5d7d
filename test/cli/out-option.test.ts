import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writable } from '../../src/cli/out-option.js';
import { temporaryFolder, wick } from './run-wick.js';

const folder = temporaryFolder();
const file = join(folder, 'a.txt');
writeFileSync(file, '');

test('what may be written to is given back as it was given', () => {
  for (const [kind, path] of [
    ['file', file],
    ['file', join(folder, 'new.html')],
    ['file', join(folder, 'new', 'deep', 'page.html')],
    ['dir', folder],
    ['dir', join(folder, 'new')],
    ['either', file],
    ['either', folder],
    ['file', 'new.html'],
  ] as const)
    assert.equal(writable(kind)(path), path);
});

test('what is there of another kind is refused', () => {
  for (const [kind, path, message] of [
    ['file', folder, 'it is a folder, a file is required.'],
    ['dir', file, 'it is a file, a folder is required.'],
    ['file', join(file, 'b'), `${file} is a file, a folder is required.`],
    ['dir', join(file, 'b', 'c'), `${file} is a file, a folder is required.`],
  ] as const)
    assert.throws(() => writable(kind)(path), { message });
});

test('a device or a pipe stays one', { skip: process.platform === 'win32' }, () => {
  const pipe = join(folder, 'pipe');
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
  for (const path of [pipe, '/dev/null'])
    for (const [kind, required] of [
      ['file', 'a file'],
      ['dir', 'a folder'],
      ['either', 'a file or a folder'],
    ] as const)
      assert.throws(() => writable(kind)(path), {
        message: `it is a pipe or a device, ${required} is required.`,
      });
  const { code, err } = wick(folder, ['data', 'preview', 'digits', '--out', pipe]);
  assert.match(
    err,
    /^error: option '-o, --out <file>' argument '.*pipe' is invalid\. it is a pipe/,
  );
  assert.equal(code, 2);
  assert.ok(lstatSync(pipe).isFIFO());
});

test('a folder that nothing may be put into is refused before there is anything to put', {
  skip: process.platform === 'win32' || process.getuid?.() === 0, // root may
}, () => {
  const closed = join(folder, 'closed');
  mkdirSync(closed);
  chmodSync(closed, 0o500);
  assert.throws(() => writable('file')(join(closed, 'new', 'page.html')), {
    message: `${closed} cannot be written to (EACCES: permission denied).`,
  });
  chmodSync(closed, 0o700);
});
