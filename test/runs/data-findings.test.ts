/** What is wrong with a task's files. */
import assert from 'node:assert/strict';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import '../../src/ops/index.js';
import { openTask } from '../../src/recipes/index.js';
import { findInData, isQuickToLookAt, splitCounts } from '../../src/runs/report/data-findings.js';
import { colored, fillFolder } from '../recipes/picture-folder.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';

test('each group of equal pictures is one finding, the gravest that it is', async (t) => {
  const folder = await temporaryFolder(t);
  await fillFolder(join(folder, 'train'), { green: 4, red: 5 });
  await fillFolder(join(folder, 'test'), { green: 2, red: 3 });
  const twice = async (names: readonly string[], salt: number) => {
    const png = await colored('blue', 16, salt);
    for (const name of names) await put(folder, name, png);
  };
  await twice(['train/red/same.png', 'train/red/again.png'], 1000);
  await twice(['train/red/both.png', 'train/green/both.png'], 1001);
  await twice(['train/red/leak.png', 'test/green/leak.png'], 1002); // in two classes, too
  await put(folder, 'test/red/broken.png', 'no picture');
  const task = await openTask(folder, { imageSize: 16 });
  const counted: number[] = [];
  const { kinds } = await findInData(task, (done) => counted.push(done));
  const found = Object.fromEntries(kinds.map(({ kind, files }) => [kind, files]));
  const counts = Object.entries(found).map(([kind, files]) => [kind, files.length]);
  assert.deepEqual(counts, [
    ['corrupt', 1],
    ['leaks', 1],
    ['twoClasses', 1],
    ['duplicates', 1],
    ['tiny', found.tiny?.length],
  ]);
  const [broken] = found.corrupt ?? [];
  assert.ok(broken !== undefined && 'name' in broken);
  assert.equal(basename(broken.name), 'broken.png');
  assert.equal(broken.fault, 'not a PNG (starts with 6e 6f 20 70)');
  const copies = (kind: string) => {
    const [group] = found[kind] ?? [];
    assert.ok(group !== undefined && 'copies' in group);
    return group.copies.map(({ split, name, label }) => [split, basename(name), label]).sort();
  };
  assert.deepEqual(copies('leaks'), [
    ['test', 'leak.png', 'green'],
    ['train', 'leak.png', 'red'],
  ]);
  assert.deepEqual(copies('twoClasses'), [
    ['train', 'both.png', 'green'],
    ['train', 'both.png', 'red'],
  ]);
  assert.deepEqual(copies('duplicates'), [
    ['train', 'again.png', 'red'],
    ['train', 'same.png', 'red'],
  ]);
  assert.equal(counted.at(-1), 21);
  assert.ok(isQuickToLookAt(task));
  assert.deepEqual(splitCounts(task), [
    { name: 'train', samples: 14, counts: [5, 9] },
    { name: 'test', samples: 7, counts: [3, 4] },
  ]);
});
