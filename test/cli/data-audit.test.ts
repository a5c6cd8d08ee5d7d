import assert from 'node:assert/strict';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { csvRows } from '../../src/vision/datasets/csv.js';
import { fillFolder } from '../recipes/picture-folder.js';
import { temporaryFolder, wick } from './run-wick.js';

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

test('a judge that guesses says so first', async () => {
  await fillFolder(join(folder, 'noise'), { one: 12, two: 12 }, 8); // grey noise, both
  const args = ['data', 'audit', 'noise', '--folds', '2', '--image-size', '8', '--epochs', '1'];
  const { out } = wick(folder, args);
  assert.match(
    out,
    /^noise: nothing can be said of the labels of 24 pictures: what judges does hardly\n/,
  );
});

test('data audit as JSON and as CSV', () => {
  const json = wick(folder, [...audit, '--json', '-o', 'page.html']);
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
  const csv = wick(folder, [...audit, '--csv']);
  const [head, first] = [...csvRows('x', csv.out)].map(({ fields }) => fields);
  assert.equal(head?.join(), 'split,image,label,suggested,probability,suggested_probability');
  assert.deepEqual(first?.slice(0, 4), ['all', 'photos/green/<b>.png', 'green', 'red']);
});
