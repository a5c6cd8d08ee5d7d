/** `Classifier`: from wherever the model is, for whatever form a picture has, side by side. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import '../../src/ops/index.js';
import { Classifier } from '../../src/runs/classifier.js';
import { saveModelFile } from '../../src/runs/model-file.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { decode } from '../../src/vision/codecs/decode.js';
import { greyPng } from '../serve/small-server.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { smallCard, untrainedRun } from './untrained-run.js';

/** A run, and a file with its model. */
async function setUp(t: TestContext) {
  manualSeed(5);
  const root = await temporaryFolder(t);
  const { run, model } = await untrainedRun(root);
  const file = join(root, 'model.wick');
  await saveModelFile(file, smallCard, model.stateDict());
  return { run, file };
}

test('a model is loaded from a run, a file, and addresses of both kinds', async (t) => {
  const { run, file } = await setUp(t);
  const bytes = await readFile(file);
  const server = createServer((request, response) => {
    if (request.url === '/model.wick') response.end(bytes);
    else if (request.url === '/damaged.wick') response.end(bytes.subarray(0, 999));
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
  const picture = await greyPng(1);
  const expected = await (await Classifier.load(run)).predict(picture);
  for (const place of [
    file,
    pathToFileURL(file),
    `${site}/model.wick`,
    new URL(`${site}/model.wick`),
  ])
    assert.deepEqual(
      await (await Classifier.load(place)).predict(picture),
      expected,
      String(place),
    );
  await assert.rejects(Classifier.load(`${site}/none.wick`), {
    name: 'CheckpointError',
    message: /none\.wick: the server answers 404/,
  });
  await assert.rejects(Classifier.load(`${site}/damaged.wick`), { name: 'CheckpointError' });
  await assert.rejects(Classifier.load('http://127.0.0.1:1/model.wick'), {
    name: 'CheckpointError',
  });
});

test('pixels are answered as the bytes that they came from, of either number of channels', async (t) => {
  const { run } = await setUp(t);
  const classifier = await Classifier.load(run);
  const bytes = await greyPng(2);
  const expected = await classifier.examine(bytes);
  for (const mode of ['grey', 'rgb'] as const) {
    const image = await decode(bytes, { mode });
    assert.deepEqual(await classifier.examine(image), expected, mode);
  }
  const told: string[] = [];
  for await (const { picture } of classifier.predictAll([await decode(bytes), bytes]))
    told.push(picture);
  assert.deepEqual(told, ['image 0', 'image 1']);
});

test('pictures side by side are answered as each alone, and errors are each one’s own', async (t) => {
  const { run } = await setUp(t);
  const classifier = await Classifier.load(run);
  const pictures = await Promise.all(Array.from({ length: 20 }, (_, i) => greyPng(i)));
  const alone = [];
  for (const picture of pictures) alone.push(await classifier.predict(picture));
  const together = await Promise.allSettled([
    ...pictures.map((picture) => classifier.predict(picture)),
    classifier.predict('nowhere.png'),
    classifier.predict(pictures[0] ?? '', { tta: 'shift' }),
  ]);
  for (const [i, answer] of alone.entries()) {
    const own = together[i];
    assert.equal(own?.status, 'fulfilled');
    for (const [k, { label, probability }] of answer.entries()) {
      assert.equal(own.value[k]?.label, label);
      assert.ok(Math.abs((own.value[k]?.probability ?? 0) - probability) < 1e-5);
    }
  }
  assert.deepEqual(
    together.slice(20).map(({ status }) => status),
    ['rejected', 'fulfilled'],
  );
});

test('an unsure model says what it would say where it is examined', async (t) => {
  const { run } = await setUp(t);
  const classifier = await Classifier.load(run);
  const picture = await greyPng(3);
  assert.deepEqual(await classifier.predict(picture, { threshold: 1 }), []);
  const { predictions, unsure } = await classifier.examine(picture, { threshold: 1, top: 1 });
  assert.deepEqual([unsure, predictions.length], [true, 1]);
});
