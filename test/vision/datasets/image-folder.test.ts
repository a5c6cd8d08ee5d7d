import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DataLoader } from '../../../src/data/dataloader.js';
import type { Sample } from '../../../src/data/dataset.js';
import { FER2013 } from '../../../src/vision/datasets/fer2013.js';
import { ImageFolder } from '../../../src/vision/datasets/image-folder.js';
import type { ImageTransform } from '../../../src/vision/datasets/image-transform.js';
import { CenterCrop } from '../../../src/vision/transforms/center-crop.js';
import { Compose } from '../../../src/vision/transforms/compose.js';
import { RandomHorizontalFlip } from '../../../src/vision/transforms/random-flip.js';
import { Resize } from '../../../src/vision/transforms/resize.js';
import { ToTensor } from '../../../src/vision/transforms/to-tensor.js';
import { folderOf, plainPng } from './pictures.js';
import { put, temporaryFolder } from './temporary-folder.js';

const datasets = join(homedir(), '.cache/wick/datasets');
const unlessThere = (path: string) => ({ skip: existsSync(path) ? false : `${path} is not there` });

test('classes are in code-point order, pictures class by class, as torchvision has them', async (t) => {
  const root = await folderOf(await temporaryFolder(t), {
    'dog/b.png': 1,
    'dog/a.PNG': 2,
    'dog/sub/0.png': 3,
    'Zebra/x y.png': 4,
    'é/1.png': 5,
    'cat/1.png': 6,
    'cat/.hidden.png': 7,
    '.git/1.png': 8,
  });
  await put(root, 'dog/notes.txt', 'no picture');
  await put(root, 'README.md', 'no folder');
  const dataset = await ImageFolder.open(root);
  assert.deepEqual(dataset.classes, ['Zebra', 'cat', 'dog', 'é']);
  assert.equal(dataset.classToIdx.get('dog'), 2);
  assert.deepEqual(
    Array.from({ length: dataset.length }, (_, i) => dataset.pathOf(i).slice(root.length + 1)),
    ['Zebra/x y.png', 'cat/1.png', 'dog/a.PNG', 'dog/b.png', 'dog/sub/0.png', 'é/1.png'],
  );
  assert.deepEqual([...dataset.targets], [0, 1, 2, 2, 2, 3]);
  const [x, y] = await dataset.get(4);
  assert.deepEqual([x.shape, y], [[3, 4, 5], 2]);
  assert.ok(Math.abs((x.data[0] ?? 0) - 3 / 255) < 1e-7);
});

test('links count as what they point to, and one that leads back ends there', async (t) => {
  const root = await folderOf(await temporaryFolder(t), { 'a/1.png': 1, 'other/2.png': 2 });
  await symlink(join(root, 'other'), join(root, 'b'));
  await symlink(root, join(root, 'a/loop'));
  const dataset = await ImageFolder.open(root);
  assert.deepEqual(dataset.notes, [
    `${root}: 1 link passed over, to folders that are read already`,
  ]);
  assert.deepEqual(dataset.classes, ['a', 'b', 'other']);
  assert.deepEqual(
    [...dataset.targets].filter((y) => y === 1),
    [1],
  );
});

test('folders within a class come in torchvision’s order: by path, after the files above them', async (t) => {
  const root = await folderOf(await temporaryFolder(t), {
    'a/z.png': 1,
    'a/B/1.png': 2,
    'a/b/1.png': 3,
    'a/b/c/1.png': 4,
    'a/b-c/1.png': 5,
    'a/b c/1.png': 6,
    'a/b/a.png': 7,
    'a/ä/1.png': 8,
    'b/1.png': 9,
  });
  const dataset = await ImageFolder.open(root);
  // sorted(os.walk('a')): ' ' and '-' come before '/'.
  assert.deepEqual(
    Array.from({ length: 8 }, (_, i) => dataset.pathOf(i).slice(root.length + 1)),
    [
      'a/z.png',
      'a/B/1.png',
      'a/b/1.png',
      'a/b/a.png',
      'a/b c/1.png',
      'a/b-c/1.png',
      'a/b/c/1.png',
      'a/ä/1.png',
    ],
  );
});

test('what is passed over is counted', async (t) => {
  const root = await folderOf(await temporaryFolder(t), { 'a/1.png': 1, 'b/1.png': 2, 'c.png': 3 });
  for (const name of [
    'a/2.psd',
    'a/3.PSD',
    'b/x/notes.txt',
    'b/README',
    'b/.hidden',
    'b/Thumbs.db',
  ])
    await put(root, name, '');
  await symlink(join(root, 'nowhere'), join(root, 'a/gone.png'));
  if (process.platform !== 'win32') execFileSync('mkfifo', [join(root, 'a/pipe.jpg')]);
  const dataset = await ImageFolder.open(root);
  assert.equal(dataset.length, 2);
  assert.deepEqual(dataset.notes, [
    `${root}: 4 files passed over, of formats that are not read: 2 .psd, 1 .txt, 1 without ending`,
    `${root}: 1 picture passed over, beside the class folders instead of in one`,
    `${root}: ${process.platform === 'win32' ? '1 entry' : '2 entries'} passed over, neither file nor folder, or a link to nothing`,
  ]);
  const hollow = await folderOf(join(root, 'hollow'), { 'cat/1.png': 1 });
  await put(hollow, 'dog/1.heic', '');
  const { sharpReads } = await import('../../../src/vision/codecs/sharp.js');
  if (await sharpReads(['.heic'])) return;
  await assert.rejects(ImageFolder.open(hollow), {
    message:
      `${join(hollow, 'dog')}: no pictures that can be read, by their endings (1 .heic); ` +
      'add some to the class, or remove the folder dog',
  });
  await folderOf(hollow, { 'dog/1.png': 1 });
  assert.deepEqual((await ImageFolder.open(hollow)).notes, [
    `${hollow}: 1 file passed over, of formats that are not read: 1 .heic; convert HEIC to JPEG`,
  ]);
});

test('links that fan out are followed once each', async (t) => {
  const root = await folderOf(await temporaryFolder(t), { 'a/1.png': 1, 'b/1.png': 2 });
  for (let level = 0; level < 20; level++) {
    await folderOf(root, { [`.levels/${level}/1.png`]: level });
    const above = level === 0 ? join(root, 'a') : join(root, '.levels', String(level - 1));
    for (const name of ['x', 'y'])
      await symlink(join(root, '.levels', String(level)), join(above, name));
  }
  const dataset = await ImageFolder.open(root); // 2²⁰ paths lead to the last of them
  assert.equal(dataset.length, 22);
  assert.deepEqual(dataset.notes, [
    `${root}: 20 links passed over, to folders that are read already`,
  ]);
});

test('maxPixels bounds the pictures of a folder', async (t) => {
  const root = await folderOf(await temporaryFolder(t), { 'a/1.png': 1, 'b/1.png': 2 });
  const dataset = await ImageFolder.open(root, { maxPixels: 19 });
  await assert.rejects(dataset.get(0), /5×4 = 20 pixels, at most 19 are allowed/);
  const read = async () => {
    for await (const _ of new DataLoader(dataset, { numWorkers: 1 }));
  };
  await assert.rejects(read, /5×4 = 20 pixels, at most 19 are allowed/);
});

test('class numbers are bound by name: a missing class shifts none, an unknown one is refused', async (t) => {
  const folder = await temporaryFolder(t);
  const train = await ImageFolder.open(
    await folderOf(join(folder, 'train'), { 'a/1.png': 1, 'b/1.png': 2, 'c/1.png': 3 }),
  );
  const testRoot = await folderOf(join(folder, 'test'), { 'a/1.png': 1, 'c/1.png': 3 });
  const testSet = await ImageFolder.open(testRoot, { classes: train.classes });
  assert.deepEqual([...testSet.targets], [0, 2]);
  assert.deepEqual(testSet.notes, [`${testRoot} has no pictures of 'b'`]);
  assert.deepEqual(train.notes, []);

  const other = await folderOf(join(folder, 'other'), { 'a/1.png': 1, 'c /1.png': 3 });
  await assert.rejects(ImageFolder.open(other, { classes: train.classes }), {
    name: 'DataError',
    message: `${other}: unknown class 'c '; known are 'a', 'b', 'c'; rename or remove what does not belong`,
  });
});

test('folders that cannot be trained on say why', async (t) => {
  const folder = await temporaryFolder(t);
  const at = (name: string) => join(folder, name);
  await mkdir(at('nothing'));
  await folderOf(at('flat'), { '1.png': 1, '2.png': 2 });
  await folderOf(at('one'), { 'cat/1.png': 1 });
  await folderOf(at('hollow'), { 'cat/1.png': 1 });
  await mkdir(at('hollow/dog'));
  const refused: [string, string][] = [
    [
      'nothing',
      `${at('nothing')}: no class folders; put the pictures of each class into a folder with its name`,
    ],
    [
      'flat',
      `${at('flat')}: no class folders, but 2 pictures; put the pictures of each class into a folder with its name`,
    ],
    [
      'one',
      `${at('one')}: one class, 'cat', at least 2 are required; put the pictures of each class into its own folder`,
    ],
    [
      'hollow',
      `${at('hollow/dog')}: no pictures that can be read, by their endings; ` +
        'add some to the class, or remove the folder dog',
    ],
    ['missing', `${at('missing')}: there is no such folder`],
    ['flat/1.png', `${at('flat/1.png')}: a file, a folder with one folder per class is required`],
  ];
  for (const [name, message] of refused)
    await assert.rejects(ImageFolder.open(at(name)), { name: 'DataError', message });
});

test('one damaged picture among many: throw stops at it, skip leaves it out', async (t) => {
  const pictures = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`${i % 2}/${i}.png`, i]),
  );
  const root = await folderOf(await temporaryFolder(t), pictures);
  const bad = await put(root, '1/29.png', (await plainPng(1)).subarray(0, 60));
  const dataset = await ImageFolder.open(root);
  for (const numWorkers of [0, 1]) {
    const options = { batchSize: 8, numWorkers } as const;
    let seen = 0;
    const skipping = new DataLoader(dataset, { ...options, onError: 'skip' });
    for await (const [, y] of skipping) seen += y.numel();
    assert.equal(seen, 29);
    assert.deepEqual(
      skipping.skipped.map(({ path }) => path),
      [bad],
    );
    const throwing = async () => {
      for await (const _ of new DataLoader(dataset, options));
    };
    await assert.rejects(throwing, (error: Error) => {
      assert.equal(error.name, 'DataError');
      assert.ok(error.message.startsWith(`${bad}: sample 25: damaged PNG`), error.message);
      return true;
    });
  }
});

const pipelines: Readonly<Record<string, ImageTransform>> = {
  plain: new ToTensor(),
  random: new Compose([new RandomHorizontalFlip(), new CenterCrop(3), new ToTensor()]),
};

for (const [name, transform] of Object.entries(pipelines))
  test(`a cache in memory or on disk gives the batches that the files give (${name} transform)`, async (t) => {
    const root = await folderOf(await temporaryFolder(t), {
      'a/1.png': 1,
      'a/2.png': 2,
      'b/1.png': 3,
      'b/2.png': 4,
    });
    const damaged = await put(root, 'b/3.png', 'no picture');
    process.env.WICK_CACHE = join(root, '.cache');
    t.after(() => {
      delete process.env.WICK_CACHE;
    });
    const prepare = new Resize([6, 7]);
    const estimates: unknown[] = [];
    const batches = await Promise.all(
      ([undefined, 'ram', 'disk', 'disk'] as const).map(async (cache, i) => {
        const done: number[] = [];
        const dataset = await ImageFolder.open(root, {
          transform,
          prepare,
          ...(cache === undefined ? {} : { cache }),
          onCache: (estimate) => estimates.push([i, estimate]),
          onCacheProgress: (count) => done.push(count),
        });
        if (cache === 'ram') assert.deepEqual(done, [1, 2, 3, 4, 5]);
        const seen: unknown[] = [];
        for (const numWorkers of [0, 1]) {
          const options = { batchSize: 2, seed: 1, numWorkers, onError: 'skip' } as const;
          const loader = new DataLoader<Sample>(dataset, options);
          for await (const [x, y] of loader) seen.push(x.shape, x.data, y.data);
          assert.match(loader.skipped[0]?.message ?? '', /b\/3\.png: sample 4: not a PNG/);
          assert.equal(loader.skipped[0]?.path, damaged);
        }
        return seen;
      }),
    );
    for (const other of batches) assert.deepEqual(other, batches[0]);
    const again = await ImageFolder.open(root, {
      transform,
      prepare,
      cache: 'disk',
      onCache: () => assert.fail('the cache on disk is made again'),
    });
    assert.deepEqual(
      await again.get(1),
      await (await ImageFolder.open(root, { transform, prepare })).get(1),
    );
    const [[, estimate] = []] = estimates.filter((entry) => (entry as [number])[0] === 1) as [
      number,
      unknown,
    ][];
    assert.deepEqual(estimate, { kind: 'ram', images: 5, sizeBytes: 5 * 6 * 7 * 3, folder: null });
  });

test('the fingerprint changes with names, sizes and classes of the files, not with where they lie', async (t) => {
  const folder = await temporaryFolder(t);
  const prints = new Map<string, string>();
  for (const [name, pictures] of Object.entries({
    first: { 'a/1.png': 1, 'b/1.png': 2 },
    second: { 'a/1.png': 1, 'b/1.png': 2 },
    renamed: { 'a/1.png': 1, 'b/2.png': 2 },
    moved: { 'a/1.png': 1, 'c/1.png': 2 },
  })) {
    const dataset = await ImageFolder.open(await folderOf(join(folder, name), pictures));
    prints.set(name, await dataset.fingerprint());
  }
  assert.equal(prints.get('first'), prints.get('second'));
  assert.equal(new Set(prints.values()).size, 3);
});

test(
  'real photographs of shoes, through resize and crop',
  unlessThere(join(datasets, 'shoes')),
  async () => {
    const transform = new Compose([new Resize(64), new CenterCrop(64), new ToTensor()]);
    const dataset = await ImageFolder.open(join(datasets, 'shoes/train'), { transform });
    assert.deepEqual([dataset.classes, dataset.length], [['adidas', 'nike'], 735]);
    const loader = new DataLoader<Sample>(dataset, { batchSize: 8, shuffle: true, seed: 1 });
    for await (const [x, y] of loader) {
      assert.deepEqual([x.shape, y.shape], [[8, 3, 64, 64], [8]]);
      break;
    }
  },
);

test(
  'FER2013 as folders has the class numbers of the csv',
  unlessThere(join(datasets, 'fer2013')),
  async () => {
    const dataset = await FER2013.open(join(datasets, 'fer2013'), { split: 'test' });
    assert.equal(dataset.length, 7178);
    assert.equal(dataset.classes[6], 'neutral');
    const index = dataset.targets.indexOf(6);
    const [x] = await dataset.get(index);
    assert.deepEqual(x.shape, [1, 48, 48]);
  },
);
