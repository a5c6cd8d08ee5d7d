/** A small network trained in Chromium on digits, with loader, trainer and averaged weights, and its file read in Node. */
import assert from 'node:assert/strict';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runs, tensor } from '../../src/index.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { bundle, putPage } from './bundle.js';
import { openPage, skip } from './open-page.js';
import { serveFolder } from './static-server.js';

const digits = new URL('assets/digits/', new URL(`file://${process.cwd()}/`));

/** What the page runs: the digits as `ImageData`, as a canvas would give them. */
const script = `import * as wick from 'wick/browser';
const { data, metrics, nn, optim, train, vision } = wick;

async function inflated(name) {
  const { body } = await fetch(name);
  return new Uint8Array(await new Response(body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
}

async function digits(part, count, transform) {
  const bytes = (await inflated(part + '-images-idx3-ubyte.gz')).subarray(16);
  const labels = (await inflated(part + '-labels-idx1-ubyte.gz')).subarray(8, 8 + count);
  const pictures = Array.from(labels, (_, n) => {
    const picture = new ImageData(28, 28);
    for (let p = 0; p < 784; p++) picture.data.fill(bytes[n * 784 + p], 4 * p, 4 * p + 3);
    return picture;
  });
  const classes = [...'0123456789'];
  return await vision.datasets.PictureSet.read(pictures, [...labels], classes, { transform, mode: 'grey' });
}

globalThis.learn = async () => {
  wick.useEngine(await wick.openBrowserEngine());
  wick.manualSeed(0);
  const transform = new vision.transforms.ToTensor();
  const moved = new vision.transforms.Compose([new vision.transforms.RandomAffine(5), transform]);
  const trainSet = await digits('train', 4000, moved);
  const testSet = await digits('t10k', 1000, transform);
  const architecture = { name: 'mnistCnn', options: { numClasses: 10, inChannels: 1, imageSize: 28 } };
  const model = vision.models.mnistCnn({ numClasses: 10, inChannels: 1, imageSize: 28 });
  const epochs = [];
  const trainer = new train.Trainer({
    model,
    optimizer: new optim.AdamW(model.parameters(), { lr: 0.002 }),
    trainLoader: new data.DataLoader(trainSet, { batchSize: 64, shuffle: true, seed: 1 }),
    testLoader: new data.DataLoader(testSet, { batchSize: 250 }),
    epochs: 2,
    callbacks: [
      new train.WeightAveraging({ decay: 0.95 }),
      { onEpoch: ({ heldOut }) => epochs.push(heldOut.accuracy) },
    ],
  });
  const { best } = await trainer.fit();
  model.loadStateDict(trainer.bestWeights);
  const confusion = best.heldOut.confusion.compute();
  const file = await wick.saveModel(model, {
    architecture, inputShape: [1, 28, 28], classes: testSet.classes, transform, license: 'CC0-1.0',
  });
  const again = await wick.Classifier.load(file);
  const inputs = Float32Array.from({ length: 4 * 784 }, (_, i) => testSet.get(i / 784 | 0)[0].data[i % 784]);
  const logits = await again.logits(wick.tensor(inputs).reshape([4, 1, 28, 28]));
  return {
    epochs,
    confusion,
    inputs: [...inputs],
    logits: [...logits.data],
    file: [...new Uint8Array(await file.arrayBuffer())],
  };
};`;

interface Learned {
  readonly epochs: number[];
  readonly confusion: number[][];
  readonly inputs: number[];
  readonly logits: number[];
  readonly file: number[];
}

describe('training in a page', { skip }, () => {
  test('digits are learned to 90 %, and Node reads the file with the same logits', async (t) => {
    const folder = await temporaryFolder(t);
    const { code } = await bundle(script);
    await putPage(folder, code);
    for (const part of ['train', 't10k'])
      for (const kind of ['images-idx3', 'labels-idx1']) {
        const name = `${part}-${kind}-ubyte.gz`;
        await copyFile(fileURLToPath(new URL(name, digits)), join(folder, name));
      }
    const server = await serveFolder(folder, true);
    t.after(() => server.close());
    const { page, wrong } = await openPage(t, server.url);
    const { epochs, confusion, inputs, logits, file } = await page.evaluate<Learned>('learn()');
    t.diagnostic(`accuracy by epoch ${epochs.join(', ')}`);
    assert.ok(Math.max(...epochs) >= 0.9, `${epochs}`);
    const counted = confusion.flat().reduce((sum, n) => sum + n, 0);
    assert.equal(counted, 1000);

    const path = join(folder, 'model.wick');
    await writeFile(path, Uint8Array.from(file));
    const trained = await runs.TrainedModel.load(path);
    assert.equal(trained.card.license, 'CC0-1.0');
    const inNode = (await trained.logits(tensor(inputs).reshape([4, 1, 28, 28]))).data;
    for (const [i, value] of logits.entries())
      assert.ok(Math.abs(value - (inNode[i] ?? 0)) < 1e-5 * Math.max(1, Math.abs(value)), `${i}`);
    assert.deepEqual(wrong, []);
  });
});
