/** A run from beginning to end by public names alone. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runs, type train, zeros } from '../../src/index.js';
import { colored, fillFolder } from '../recipes/picture-folder.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';

const settings = {
  data: { imageSize: 8 },
  batchSize: 8,
  seed: 5,
  loader: { workers: 0 },
  report: false,
} as const;

test('a folder is trained, and its run measured and asked', async (t) => {
  const root = await temporaryFolder(t);
  const photos = join(root, 'photos');
  await fillFolder(join(photos, 'train'), { green: 12, red: 12 });
  await fillFolder(join(photos, 'test'), { green: 4, red: 4 });
  const epochs: number[] = [];
  const callback: train.Callback = { onEpoch: ({ epoch }) => void epochs.push(epoch) };
  const out = join(root, 'run');
  const options = { ...settings, epochs: 6, optimizer: { name: 'adamw', lr: 1e-2 }, out } as const;
  const { run, summary, kept } = await runs.train(photos, { ...options, callbacks: [callback] });
  assert.deepEqual(epochs, [1, 2, 3, 4, 5, 6]);
  assert.equal(kept, true);
  const config = JSON.parse(await readFile(run.file('config.json'), 'utf8'));
  assert.equal(config.settings.optimizer.name, 'adamw');
  const { schedule, data, seed } = config.settings;
  assert.deepEqual([schedule.name, schedule.patience, schedule.factor], ['plateau', 3, 0.5]);
  assert.deepEqual([data.path, data.imageSize, seed], [photos, 8, 5]);

  const { loss, accuracy, perClass } = await runs.evaluate(out);
  assert.ok(Math.abs(loss - (summary.best?.heldOut.loss ?? Number.NaN)) < 1e-5);
  assert.equal(accuracy, 1);
  assert.deepEqual(
    perClass.map(({ name, samples }) => [name, samples]),
    [
      ['green', 4],
      ['red', 4],
    ],
  );
  await put(root, 'red.png', await colored('red', 9, 1));
  const picture = join(root, 'red.png');
  const classifier = await runs.Classifier.load(run);
  assert.equal((await classifier.predict(picture, { top: 1 }))[0]?.label, 'red');
  const trained = await runs.TrainedModel.load(out);
  assert.equal((await trained.predict(picture)).predictions[0]?.label, 'red');
  assert.deepEqual(trained.model(zeros(2, 3, 8, 8)).shape, [2, 2]);
});

test('what is misspelt, and a name that is nothing, is told before anything is written', async (t) => {
  const root = await temporaryFolder(t);
  const out = join(root, 'run');
  const refused = (promise: Promise<unknown>, message: RegExp) =>
    assert.rejects(promise, { name: 'ValueError', message });
  await refused(runs.train('digitz', { out }), /did you mean digits\?/);
  const options: object = { epoch: 3 };
  await refused(runs.train('digits', options), /option 'epoch' is unknown; did you mean epochs\?/);
  const threads: object = { threads: 3 };
  await refused(runs.train('digits', threads), /setThreads/);
  const cache = 'disc' as 'disk';
  await refused(
    runs.train('digits', { data: { cache }, out }),
    /cache: given "disc", .* did you mean disk\?/,
  );
  const optimizer = 'adan' as 'adam';
  await refused(
    runs.train('digits', { optimizer, out, data: { limit: 20 } }),
    /optimizer\.name: given "adan", one of .*; did you mean adam/,
  );
  assert.equal(existsSync(out), false);
});

test('a training that is stopped before it learned anything leaves no folder', async (t) => {
  const out = join(await temporaryFolder(t), 'run');
  const signal = AbortSignal.abort();
  const { kept, summary } = await runs.train('digits', { data: { limit: 20 }, out, signal });
  assert.deepEqual([kept, summary.steps, summary.interrupted], [false, 0, true]);
  assert.equal(existsSync(out), false);
});
