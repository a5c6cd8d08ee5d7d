import assert from 'node:assert/strict';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { csvRows } from '../../src/vision/datasets/csv.js';
import { colored, fillFolder } from '../recipes/picture-folder.js';
import { englishIn } from '../report/english-in.js';
import { put } from '../vision/datasets/temporary-folder.js';
import { temporaryFolder, wick, wickAgain } from './run-wick.js';

const folder = temporaryFolder();
const audit = ['data', 'audit', 'photos', '--folds', '3', '--image-size', '8', '--epochs', '8'];

before(async () => {
  await fillFolder(join(folder, 'photos'), { green: 20, red: 20 }, 8);
  renameSync(join(folder, 'photos', 'red', '3.png'), join(folder, 'photos', 'green', '<b>.png'));
});

test('data audit names a picture in the wrong folder, and draws it on a page', () => {
  const { code, out, err } = wick(folder, audit);
  assert.equal(code, 0, err);
  assert.match(
    out,
    /^photos: 1 of 40 pictures have labels that are probably wrong\njudged by cifarCnn on 8×8 pixels, in 3 folds; it agrees with 9\d\.\d% of the labels\n\npicture +label +looks like\nphotos\/green\/<b>\.png +green +red +\d\d\.\d%\n\nphotos-audit\.html: the pictures\n$/,
  );
  const html = readFileSync(join(folder, 'photos-audit.html'), 'utf8');
  assert.equal(html.match(/<img src="data:image\/png/g)?.length, 1);
  assert.ok(html.includes('green → red (1)') && !html.includes('<b>'));
});

test('the page in Chinese has no English in it but names', async () => {
  await put(folder, 'few/green/broken.png', 'no picture');
  await put(folder, 'few/green/notes.txt', 'mine');
  await put(folder, 'few/rare/1.png', await colored('blue', 8, 1));
  await fillFolder(join(folder, 'few'), { green: 9, red: 9 }, 8);
  renameSync(join(folder, 'few', 'red', '3.png'), join(folder, 'few', 'green', 'b.png'));
  const args = ['data', 'audit', 'few', '--folds', '2', '--epochs', '9', '--lang', 'zh'];
  const { code, out, err } = wick(folder, args);
  assert.equal(code, 0, err);
  assert.match(out, /^few: \d+ of \d+ pictures have labels|^few: no label/);
  const html = readFileSync(join(folder, 'few-audit.html'), 'utf8');
  assert.match(html, /<html lang="zh">/);
  for (const said of ['few 的标签', '共 2 折', '略过 1 个文件', '图片不足 2 张', '未能显示'])
    assert.ok(html.includes(said), said);
  assert.deepEqual(englishIn(html), []);
});

test('a judge that guesses says so first', async () => {
  await fillFolder(join(folder, 'noise'), { one: 12, two: 12 }, 8); // grey noise, both
  const args = ['data', 'audit', 'noise', '--folds', '2', '--image-size', '8', '--epochs', '1'];
  const { out } = await wickAgain(folder, args);
  assert.match(
    out,
    /^noise: nothing can be said of the labels of 24 pictures: what judges does hardly\n/,
  );
});

test('data audit as JSON and as CSV', async () => {
  const json = await wickAgain(folder, [...audit, '--json', '-o', 'page.html']);
  const { page, pictures, accuracy, suspects } = JSON.parse(json.out);
  assert.deepEqual([page, pictures, suspects.length], ['page.html', 40, 1]);
  assert.ok(accuracy > 0.9);
  assert.deepEqual(Object.keys(suspects[0]).sort(), [
    'label',
    'name',
    'probability',
    'split',
    'suggested',
    'suggestedProbability',
  ]);
  const csv = await wickAgain(folder, [...audit, '--csv']);
  const [head, first] = [...csvRows('x', csv.out)].map(({ fields }) => fields);
  assert.equal(head?.join(), 'split,image,label,suggested,probability,suggested_probability');
  assert.deepEqual(first?.slice(0, 4), ['all', 'photos/green/<b>.png', 'green', 'red']);
});
