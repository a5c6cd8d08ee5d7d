import assert from 'node:assert/strict';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { Rng } from '../../src/core/rng.js';
import { findAgain, openPictures, openTask } from '../../src/recipes/index.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { colored, fillFolder } from './picture-folder.js';

test('the network follows from the size of the pictures, unless it is chosen', async (t) => {
  const root = await temporaryFolder(t);
  const expected = [
    [12, 'cifarCnn', 32],
    [40, 'cifarCnn', 32],
    [41, 'cifarCnn', 64],
    [96, 'cifarCnn', 64],
    [97, 'resnet18', 128],
  ] as const;
  for (const [size, model, imageSize] of expected) {
    const folder = await fillFolder(join(root, String(size)), { red: 5, green: 5 }, size);
    const {
      architecture,
      inputShape,
      train,
      test: testSet,
    } = await openTask(folder, { pretrained: false });
    assert.equal(architecture.name, model, `${size} pixels`);
    assert.deepEqual(inputShape, [3, imageSize, imageSize]);
    assert.deepEqual((await train.get(0))[0].shape, inputShape);
    assert.deepEqual((await testSet.get(0))[0].shape, inputShape);
  }
  const chosen = await openTask(join(root, '12'), { model: 'sneakerCnn', imageSize: 100 });
  assert.deepEqual(chosen.architecture, {
    name: 'sneakerCnn',
    options: { numClasses: 2, inChannels: 3, imageSize: 100 },
  });
  assert.deepEqual((await chosen.train.get(0))[0].shape, [3, 100, 100]);
});

test('class folders alone: a fifth is held back, drawn by the seed', async (t) => {
  const folder = await fillFolder(await temporaryFolder(t), { red: 15, green: 10 });
  const open = async (seed: number) => {
    const task = await openTask(folder, { seed });
    const paths = [task.train, task.test].map((part) =>
      Array.from({ length: part.length }, (_, i) => part.pathOf?.(i) ?? ''),
    );
    return { task, paths };
  };
  const { task, paths } = await open(1);
  assert.deepEqual([task.train.length, task.test.length], [20, 5]);
  assert.equal(new Set(paths.flat()).size, 25);
  assert.deepEqual((await open(1)).paths, paths);
  assert.notDeepEqual((await open(2)).paths, paths);
  assert.deepEqual(
    task.pictures.map(({ name, dataset }) => [name, dataset.length]),
    [['all', 25]],
  );
  assert.equal(task.notes.length, 1);
});

test('a name for people, and choices that are good from any working folder', async (t) => {
  const folder = await fillFolder(join(await temporaryFolder(t), 'photos'), { red: 5, green: 5 });
  const task = await openTask(relative('.', folder), { seed: 2 });
  assert.equal(task.recipe, 'folder');
  assert.equal(task.name, 'photos');
  assert.deepEqual(task.choices, { data: folder, seed: 2 });
  const again = await (await findAgain('run', task)).open(task.choices);
  assert.equal(await again.test.fingerprint?.(), await task.test.fingerprint?.());
});

test('the classes of a model number those of the folder, by name', async (t) => {
  const folder = await fillFolder(await temporaryFolder(t), { blue: 5, red: 5 });
  const classes = ['red', 'green', 'blue'];
  const task = await openTask(folder, { classes });
  assert.deepEqual(task.classes, classes);
  for (let i = 0; i < task.test.length; i++) {
    const name = task.test.pathOf?.(i)?.split('/').at(-2) ?? '';
    assert.equal((await task.test.get(i))[1], classes.indexOf(name));
  }
  await assert.rejects(openTask(folder, { classes: ['red', 'green'] }), {
    name: 'DataError',
    message: `${folder}: unknown class 'blue'; known are 'red', 'green'; rename or remove what does not belong`,
  });
});

test('a cache holds pictures at their first size and changes no sample', async (t) => {
  const folder = await fillFolder(await temporaryFolder(t), { red: 5, green: 5 }, 120);
  const estimates: number[] = [];
  const cached = await openTask(folder, {
    cache: 'ram',
    seed: 1,
    onCache: ({ images }) => estimates.push(images),
  });
  const plain = await openTask(folder, { seed: 1 });
  assert.deepEqual(estimates, [10, 10]); // the same pictures, prepared for training and for testing
  for (const part of ['train', 'test'] as const) {
    const [x] = await cached[part].get(0, new Rng(5));
    assert.deepEqual(x, (await plain[part].get(0, new Rng(5)))[0]);
  }
});

test('what is no data set and no folder says so', async (t) => {
  const root = await temporaryFolder(t);
  await put(root, 'photo.png', await colored('red', 12, 0));
  const file = join(root, 'photo.png');
  await assert.rejects(openTask(file, {}), {
    name: 'DataError',
    message: `${file}: is a file; a folder of pictures or the name of a data set is required`,
  });
  await assert.rejects(openTask('./phptos', {}), {
    name: 'DataError',
    message: './phptos: there is no such folder',
  });
  await assert.rejects(openTask(root, {}), /no class folders, but 1 pictures/);
});

test('recipes without a public address say where they looked', async (t) => {
  const cache = await temporaryFolder(t);
  const before = process.env.WICK_CACHE;
  process.env.WICK_CACHE = cache;
  t.after(() => {
    if (before === undefined) delete process.env.WICK_CACHE;
    else process.env.WICK_CACHE = before;
  });
  const path = join(cache, 'datasets', 'shoes');
  await assert.rejects(openTask('sneakers', {}), {
    name: 'DataError',
    message:
      `${path}: no sneakers here; looked at ${path} (does not exist); ` +
      'it has no public address: say where the folder is (--data)',
  });
});

test('sneakers and food take folders of other classes', async (t) => {
  const root = await temporaryFolder(t);
  await fillFolder(join(root, 'train'), { red: 2, green: 2, blue: 2 });
  await fillFolder(join(root, 'test'), { blue: 1, red: 1 });
  const shoes = await openTask('sneakers', { data: root, imageSize: 64 });
  assert.equal(shoes.architecture.options.numClasses, 3);
  assert.deepEqual((await shoes.train.get(0))[0].shape, [3, 64, 64]);
  assert.deepEqual(shoes.notes, [`${root}/test has no pictures of 'green'`]);

  await put(root, 'train.txt', 'train/red/0.png 0\ntrain/green/0.png 1\n');
  await put(root, 'test.txt', 'test/red/0.png 0\n');
  await put(root, 'classes.txt', 'warm\ncold\n');
  const food = await openTask('food3', { data: root, imageSize: 32 });
  assert.deepEqual(food.classes, ['warm', 'cold']);
  assert.deepEqual([food.train.length, food.test.length], [2, 1]);
  assert.deepEqual((await food.train.get(1))[0].shape, [3, 32, 32]);
});

test('a folder that is there wins over a recipe of its name, and says so', async (t) => {
  const root = await temporaryFolder(t);
  const before = process.cwd();
  t.after(() => process.chdir(before));
  await fillFolder(join(root, 'shoes'), { red: 5, green: 5 });
  process.chdir(root);
  const task = await openTask('shoes', {});
  assert.equal(task.recipe, 'folder');
  assert.deepEqual(task.notes, [
    'the folder shoes is used, not the data set that wick knows as shoes',
    'shoes has no test part: 2 pictures of it are kept for testing',
  ]);
  assert.equal((await openPictures('shoes', {})).notes.length, 1);
  // Where the files of the recipe are said, it is the recipe that is meant; so it is in a run's config.json.
  const named = join(root, 'other');
  await fillFolder(join(named, 'train'), { red: 2, green: 2 });
  await fillFolder(join(named, 'test'), { red: 2, green: 2 });
  assert.equal((await openTask('shoes', { data: named })).recipe, 'sneakers');
  assert.equal(
    (await (await findAgain('run', { recipe: 'shoes' })).open({ data: named })).recipe,
    'sneakers',
  );
  await assert.rejects(openTask('./shoes', { data: named }), {
    name: 'ValueError',
    message: `./shoes: data='${named}', but it is a folder itself; leave one out`,
  });
});

test('train, val and test: the best weights are chosen by val', async (t) => {
  const root = await temporaryFolder(t);
  for (const [part, count] of [
    ['train', 6],
    ['val', 4],
    ['test', 2],
  ] as const)
    await fillFolder(join(root, part), { red: count, green: count });
  const { train, val, test: testSet, pictures } = await openTask(root, { limit: 4 });
  assert.deepEqual([train.length, val?.length, testSet.length], [4, 4, 4]);
  assert.match(val?.pathOf?.(0) ?? '', /val\/green\/\d\.png$/);
  assert.match(testSet.pathOf?.(0) ?? '', /test\/green\/\d\.png$/);
  assert.deepEqual(
    pictures.map(({ name, dataset }) => [name, dataset.length]),
    [
      ['train', 12],
      ['val', 8],
      ['test', 4],
    ],
  );
});
