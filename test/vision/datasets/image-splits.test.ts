import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openImageSplits } from '../../../src/vision/datasets/image-splits.js';
import { downloadDataset, namedDatasets } from '../../../src/vision/datasets/named.js';
import { CenterCrop } from '../../../src/vision/transforms/center-crop.js';
import { Compose } from '../../../src/vision/transforms/compose.js';
import { ToTensor } from '../../../src/vision/transforms/to-tensor.js';
import { plainPng } from './pictures.js';
import { put, temporaryFolder } from './temporary-folder.js';

async function filled(folder: string, ...names: readonly string[]): Promise<string> {
  for (const [i, name] of names.entries()) await put(folder, name, await plainPng(i));
  return folder;
}

test('train and test folders: each with its transform, classes numbered alike', async (t) => {
  const root = await filled(
    await temporaryFolder(t),
    'train/a/1.png',
    'train/b/1.png',
    'val/b/1.png',
  );
  const testTransform = new Compose([new CenterCrop(2), new ToTensor()]);
  const { train, test: testSet, classes, notes } = await openImageSplits(root, { testTransform });
  assert.deepEqual(classes, ['a', 'b']);
  assert.deepEqual([...Array.from(testSet.targets ?? [])], [1]);
  assert.deepEqual((await train.get(0))[0].shape, [3, 4, 5]);
  assert.deepEqual((await testSet.get(0))[0].shape, [3, 2, 2]);
  assert.deepEqual(notes, [`${root}/val has no pictures of 'a'`]);
});

test('train and test lists', async (t) => {
  const root = await temporaryFolder(t);
  await put(root, 'train.csv', 'path,label\nx.png,cat\ny.png,dog\n');
  await put(root, 'test.txt', 'z.png dog\n');
  const { train, test: testSet } = await openImageSplits(root);
  assert.equal(train.length, 2);
  assert.deepEqual([...Array.from(testSet.targets ?? [])], [1]);
});

test('class folders alone: a share of each class is kept for testing, none is in both parts', async (t) => {
  const names = Array.from({ length: 20 }, (_, i) => `${i < 15 ? 'cat' : 'dog'}/${i}.png`);
  const root = await filled(await temporaryFolder(t), ...names);
  const { train, test: testSet, notes } = await openImageSplits(root, { seed: 1 });
  const paths = [train, testSet].map((part) =>
    Array.from({ length: part.length }, (_, i) => part.pathOf?.(i)),
  );
  assert.deepEqual([train.length, testSet.length], [16, 4]);
  assert.equal(new Set(paths.flat()).size, 20);
  assert.equal(Array.from(testSet.targets ?? []).filter((y) => y === 1).length, 1);
  assert.deepEqual(notes, [`${root} has no test part: 4 pictures of it are kept for testing`]);
});

test('a part that is missing, or too little to divide, is an error', async (t) => {
  const folder = await temporaryFolder(t);
  const half = await filled(join(folder, 'half'), 'train/a/1.png', 'train/b/1.png');
  await assert.rejects(openImageSplits(half), {
    name: 'DataError',
    message: `${half}: has train, but no test, testing, val, valid, validation; both parts are required`,
  });
  const few = await filled(join(folder, 'few'), 'a/1.png', 'b/1.png');
  await assert.rejects(openImageSplits(few, { testFraction: 0 }), {
    message: `${few}: 2 pictures leave none to test on at testFraction=0; add more`,
  });
  await assert.rejects(openImageSplits(join(folder, 'none')), {
    message: `${folder}/none: there is no such folder`,
  });
});

test('named data sets', async () => {
  assert.deepEqual(Object.keys(namedDatasets), [
    'digits',
    'mnist',
    'fashion-mnist',
    'cifar10',
    'fer2013',
  ]);
  assert.equal((await namedDatasets.digits?.open(undefined, { split: 'test' }))?.length, 1000);
  const refused: [string, string][] = [
    [
      'fer2013',
      "download: 'fer2013' has no public address; there are mnist, fashion-mnist, cifar10",
    ],
    ['constructor', "download: 'constructor' is unknown; there are mnist, fashion-mnist, cifar10"],
  ];
  for (const [name, message] of refused)
    await assert.rejects(downloadDataset(name), { name: 'ValueError', message });
});
