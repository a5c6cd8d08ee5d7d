import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { DataLoader } from '../../../src/data/dataloader.js';
import type { Sample } from '../../../src/data/dataset.js';
import { manualSeed } from '../../../src/tensor/generator.js';
import { Digits } from '../../../src/vision/datasets/digits.js';
import { ImageFolder } from '../../../src/vision/datasets/image-folder.js';
import { ListFile } from '../../../src/vision/datasets/list-file.js';
import type { Image } from '../../../src/vision/image.js';
import { Compose } from '../../../src/vision/transforms/compose.js';
import { RandomCrop } from '../../../src/vision/transforms/random-crop.js';
import { Resize } from '../../../src/vision/transforms/resize.js';
import { ToTensor } from '../../../src/vision/transforms/to-tensor.js';
import { folderOf } from './pictures.js';
import { put, temporaryFolder } from './temporary-folder.js';

const pictures = { 'a/1.png': 10, 'b/1.png': 20, 'b/2.png': 30 };

test('data sets print as torchvision’s, in the console too', async (t) => {
  const root = await folderOf(await temporaryFolder(t), pictures);
  const transform = new Compose([new Resize(64), new ToTensor()]);
  const dataset = await ImageFolder.open(root, { transform, targetTransform: (y) => y + 1 });
  const text = [
    'Dataset ImageFolder',
    '    Number of datapoints: 3',
    `    Root location: ${root}`,
    '    StandardTransform',
    'Transform: Compose(',
    '               Resize(size=64, interpolation=bilinear, max_size=None, antialias=None)',
    '               ToTensor()',
    '           )',
    'Target transform: [1, 2]',
  ].join('\n');
  assert.equal(String(dataset), text);
  assert.equal(inspect(dataset), text);
  const digits = await Digits.open({ split: 'test' });
  assert.equal(
    inspect(digits),
    'Dataset Digits\n    Number of datapoints: 1000\n    Split: Test\n    StandardTransform\nTransform: ToTensor()',
  );
});

test('targetTransform gives samples their labels, alone, in bulk and in worker threads', async (t) => {
  const root = await folderOf(await temporaryFolder(t), pictures);
  const list = await put(root, 'list.txt', 'a/1.png 0\nb/1.png 1\nb/2.png 1\n');
  const targetTransform = (y: number) => 10 - y;
  for (const dataset of [
    await ImageFolder.open(root, { targetTransform }),
    await ListFile.open(list, { targetTransform }),
  ]) {
    assert.deepEqual([...dataset.targets], [0, 1, 1], 'targets stay class numbers');
    for (const numWorkers of [0, 1])
      for await (const [, y] of new DataLoader<Sample>(dataset, { batchSize: 3, numWorkers }))
        assert.deepEqual([...y.data], [10, 9, 9]);
  }
  const digits = await Digits.open({ split: 'test', targetTransform });
  const [, y] = digits.get(999);
  assert.equal(y, 10 - (digits.targets[999] ?? 0));
  for await (const [, labels] of new DataLoader<Sample>(digits, { batchSize: 1000 }))
    assert.deepEqual([...labels.data], Array.from(digits.targets, targetTransform));
  await assert.rejects(ImageFolder.open(root, { targetTransform: String as never }), {
    name: 'ValueError',
    message: `ImageFolder: targetTransform gives a string for class 0 ('a'), a number is required`,
  });
});

test('a plain function is a transform; worker threads refuse it by name', async (t) => {
  const root = await folderOf(await temporaryFolder(t), pictures);
  const transform = (image: Image) => new ToTensor()(image);
  const dataset = await ImageFolder.open(root, { transform });
  assert.deepEqual(await dataset.get(1), await (await ImageFolder.open(root)).get(1));
  assert.throws(
    () => dataset.workerSpec(),
    /^ValueError: Lambda\(transform\): a function can be neither/,
  );
  await assert.rejects(ImageFolder.open(root, { transform: ToTensor as never }), {
    message: 'ImageFolder: ToTensor is a class, an instance is required: new ToTensor(…)',
  });
  await assert.rejects(ListFile.open(join(root, 'none.txt'), { transform: null as never }));
});

test('a sample without a generator is drawn from the one that manualSeed seeds', async () => {
  const dataset = await Digits.open({
    split: 'test',
    transform: new Compose([new RandomCrop(9), new ToTensor()]),
  });
  const draw = () => [dataset.get(0), dataset.get(0)];
  manualSeed(4);
  const first = draw();
  assert.notDeepEqual(first[0], first[1]);
  manualSeed(4);
  assert.deepEqual(draw(), first);
});
