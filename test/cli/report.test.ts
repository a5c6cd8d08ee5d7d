/** `wick report` as a user meets it: of runs, of what is none, without its data, and with names that hurt. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fillFolder } from '../recipes/picture-folder.js';
import { namesOnDisk } from '../report/on-disk.js';
import { temporaryFolder, wick, wickAgain } from './run-wick.js';

const folder = temporaryFolder();

before(async () => {
  await fillFolder(
    join(folder, 'photos'),
    Object.fromEntries(namesOnDisk.map((name) => [name, 2])),
    8,
  );
  const options = ['--epochs', '1', '--image-size', '8', '--seed', '0', '--threads', '1'];
  const { code, out, err } = wick(folder, ['train', 'photos', ...options, '--out', 'run']);
  assert.equal(code, 0, err);
  assert.match(out, /run\/report\.html/);
});

/** Everything in a text that a terminal would obey, but for line breaks. */
function controls(text: string): string[] {
  return [...text.replaceAll('\n', '')].filter((sign) => /[\p{Cc}\u202a-\u202e]/u.test(sign));
}

test('a folder whose classes have markup, emoji and controls for names has all its pictures', async () => {
  const files = readdirSync(join(folder, 'run'));
  for (const file of ['report.html', 'confusion.svg', 'samples.png', 'top-losses.png'])
    assert.ok(files.includes(file), file);
  const page = readFileSync(join(folder, 'run', 'report.html'), 'utf8');
  assert.ok(page.length < 5e6, `${page.length} characters`);
  assert.doesNotMatch(page, /<script>alert|<img src=x/);
  const { out, err } = await wickAgain(folder, ['evaluate', 'run']);
  assert.deepEqual(controls(out + err), []);
  assert.match(out, /The report with all pictures is run\/report\.html/);
});

test('an evaluation whose report cannot be written tells its scores all the same', async () => {
  rmSync(join(folder, 'run', 'curves.svg'));
  mkdirSync(join(folder, 'run', 'curves.svg'));
  const { code, out, err } = await wickAgain(folder, ['evaluate', 'run']);
  assert.equal(code, 0, err);
  assert.match(out, /accuracy/);
  assert.match(err, /note: there is no report: run\/curves\.svg: cannot be written/);
  rmSync(join(folder, 'run', 'curves.svg'), { recursive: true });
});

test('a report in Chinese tells what is wrong with the data', () => {
  const { code, out, err } = wick(folder, ['report', 'run', '--lang', 'zh']);
  assert.equal(code, 0, err);
  assert.equal(out, `${join('run', 'report.html')}\n`);
  const page = readFileSync(join(folder, 'run', 'report.html'), 'utf8');
  assert.match(page, /<html lang="zh">/);
  assert.match(page, /文件没有问题|重复图片|过小/);
});

test('what is no run is said, and so is a language that is not spoken', async () => {
  const { code, err } = await wickAgain(folder, ['report', 'photos']);
  assert.equal(code, 1);
  assert.match(err, /photos: is not a run folder: model\.json is missing/);
  const other = await wickAgain(folder, ['report', 'run', '--lang', 'fr']);
  assert.equal(other.code, 2);
  assert.match(other.err, /Allowed choices are en, zh/);
});

test('without its data a report says what the logs say', async () => {
  renameSync(join(folder, 'photos'), join(folder, 'elsewhere'));
  const { code, out, err } = await wickAgain(folder, ['report', 'run', '--json']);
  assert.equal(code, 0, err);
  const { path, problem } = JSON.parse(out);
  assert.match(
    problem,
    /photos: the run was trained on this folder, which is not there any more; pass --data FOLDER to say/,
  );
  const page = readFileSync(join(folder, path), 'utf8');
  assert.match(page, /Not measured/);
  assert.match(page, /data-chart="accuracy"/);
});
