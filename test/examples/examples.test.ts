/** Examples are tests: each runs in a small form, and its output says that it worked. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { saveTorch } from '../../src/io/save-torch.js';
import { skipInit } from '../../src/nn/init.js';
import { resnet18 } from '../../src/vision/models/resnet.js';
import { temporaryFolder as temporaryCli, wick } from '../cli/run-wick.js';
import { colored, fillFolder } from '../recipes/picture-folder.js';
import { cifarBatch } from '../vision/datasets/cifar-bytes.js';
import { idxBytes } from '../vision/datasets/idx-bytes.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';

const folder = fileURLToPath(new URL('../../examples/', import.meta.url));

/** What the last line of each example must look like. */
const lastLines: Readonly<Record<string, RegExp>> = {
  '01-tensors.js': /^y = (1\.9\d|2\.0\d)·t \+ (0\.9\d|1\.0\d)$/,
  '03-food.js': /^best accuracy (0|50|100)\.0 %$/,
  '02-digits.js': /^epoch 1 {2}loss \d\.\d{4} {2}accuracy ([6-9]\d\.\d) %$/,
  '04-mnist.js':
    /^Epoch:1, Train_acc:[\d.]+%, Train_loss:[\d.]+, Test_acc:[\d.]+%, Test_loss:[\d.]+$/,
  '05-cifar10.js': /^Epoch 1\/1: train loss \d\.\d{4}, test accuracy [\d.]+%$/,
  '06-cifar10-lr.js': /^the curves are in .+study\.svg$/,
  '07-fer2013.js': /^epoch 1 {2}loss \d\.\d{4} {2}accuracy [\d.]+ % {2}balanced [\d.]+ %$/,
  '08-sneakers.js': /^ExponentialLR: Epoch:1, .*Lr:1\.00e-4$/,
  '09-cifar10-fast.js': /^accuracy [2-9]\d\.\d\d %$/,
};

test('every example is here', () => {
  const files = readdirSync(folder).filter((file) => /^\d.*\.js$/.test(file));
  assert.deepEqual(files.sort(), Object.keys(lastLines).sort());
});

test('recipe-digits.ts, where no wick is installed, is trained and measured by the command line', () => {
  const cwd = temporaryCli();
  copyFileSync('examples/recipe-digits.ts', `${cwd}/recipe-digits.ts`);
  const env = { WICK_CACHE: `${cwd}/cache` };
  const small = ['--limit', '300', '--epochs', '1', '--workers', '0', '--seed', '0'];
  const trained = wick(cwd, ['train', 'recipe-digits.ts', ...small], env);
  assert.equal(trained.code, 0, trained.err);
  assert.match(
    trained.out,
    /^Net on 1×28×28, adamw lr 0\.003, cosine, batches of 64, loader\.workers 0, seed 0$/m,
  );
  const measured = wick(cwd, ['evaluate', 'runs/recipe-digits-1'], env);
  assert.equal(measured.code, 0, measured.err);
  const refused = wick(cwd, ['evaluate', 'runs/recipe-digits-1'], { WICK_CACHE: `${cwd}/other` });
  assert.equal(refused.code, 1);
  assert.match(
    refused.err,
    /may not start it by itself; look at it, and pass --recipe \S+recipe-digits\.ts to run it\n$/,
  );
});

/** Data of an example that looks for its own: photos in lists, and a network with weights as a file of PyTorch's. */
async function makeFood(root: string): Promise<Record<string, string>> {
  for (const name of ['red', 'green'])
    for (const i of [0, 1]) await put(root, `${name}${i}.png`, await colored(name, 64, i));
  await put(root, 'train.txt', 'red0.png 0\ngreen0.png 1\nred1.png 0\n');
  await put(root, 'test.txt', 'red0.png 0\ngreen1.png 1\n');
  await saveTorch(`${root}/resnet18.pth`, skipInit(() => resnet18()).stateDict());
  return { FOOD: root, WICK_MODELS: root };
}

/** Data in the formats that are published, so few that an epoch takes no time. */
async function makeData(file: string, root: string): Promise<Record<string, string>> {
  if (file.includes('food')) return await makeFood(root);
  if (file.includes('mnist')) {
    const images = idxBytes([40, 28, 28], cifarBatch(11, 0).subarray(0, 40 * 784));
    const labels = idxBytes(
      [40],
      Array.from({ length: 40 }, (_, i) => i % 10),
    );
    for (const split of ['train', 't10k']) {
      await put(root, `${split}-images-idx3-ubyte`, images);
      await put(root, `${split}-labels-idx1-ubyte`, labels);
    }
    return { MNIST: root };
  }
  if (file.includes('cifar10')) {
    for (const batch of [1, 2, 3, 4, 5])
      await put(root, `data_batch_${batch}.bin`, cifarBatch(40, batch));
    await put(root, 'test_batch.bin', cifarBatch(20, 6));
    return { CIFAR10: root, BATCH: '20', PICTURE: `${root}/study.svg` };
  }
  if (file.includes('fer2013')) {
    const face = (k: number) =>
      cifarBatch(1, k)
        .subarray(0, 48 * 48)
        .join(' ');
    const line = (k: number) => `${k % 7},${k % 3 === 0 ? 'PublicTest' : 'Training'},${face(k)}`;
    const lines = Array.from({ length: 21 }, (_, k) => line(k));
    await put(root, 'fer2013.csv', ['emotion,Usage,pixels', ...lines].join('\n'));
    return { FER2013: root };
  }
  if (file.includes('sneakers')) {
    for (const split of ['train', 'test'])
      await fillFolder(`${root}/${split}`, { red: 3, green: 2 });
    return { SNEAKERS: root };
  }
  return {};
}

for (const [file, lastLine] of Object.entries(lastLines))
  test(file, async (t) => {
    const env = await makeData(file, await temporaryFolder(t));
    const { status, stdout, stderr } = spawnSync(process.execPath, [folder + file], {
      encoding: 'utf8',
      env: { ...process.env, EPOCHS: '1', SAMPLES: '1280', ...env },
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout.trimEnd().split('\n').at(-1) ?? '', lastLine);
    const source = readFileSync(`examples/${file.replace('.js', '.ts')}`, 'utf8');
    assert.ok(source.split('\n').length <= 80, 'an example over 80 lines is two examples');
  });
