import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { RunFolder } from '../../src/io/run-folder.js';
import '../../src/ops/index.js';
import { evaluateRun } from '../../src/recipes/evaluate-run.js';
import { openTask } from '../../src/recipes/index.js';
import type { Task } from '../../src/recipes/recipe.js';
import { readRunConfig } from '../../src/recipes/run-config.js';
import { loadingWorkers, type TrainSettings, trainTask } from '../../src/recipes/session.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { fillFolder } from './picture-folder.js';

const settings: TrainSettings = {
  epochs: 1,
  batchSize: 8,
  optimizer: 'adam',
  lr: 1e-3,
  seed: 5,
  workers: 0,
};

/** Two classes of tiny pictures, learned at 8×8. */
async function smallTask(folder: string): Promise<Task> {
  await fillFolder(join(folder, 'train'), { green: 12, red: 12 });
  await fillFolder(join(folder, 'test'), { green: 4, red: 4 });
  return await openTask(folder, { imageSize: 8, seed: 5 });
}

async function lines(run: RunFolder, log: 'metrics.jsonl' | 'steps.jsonl') {
  return (await run.readLog(log)) as { split?: string; loss: number; lr: number }[];
}

test('a run says which data it had, and an evaluation finds them again', async (t) => {
  const root = await temporaryFolder(t);
  const task = await smallTask(join(root, 'photos'));
  const run = await RunFolder.create('photos', join(root, 'run'));
  const { summary, skipped } = await trainTask({ task, settings, run });
  assert.deepEqual(skipped, []);
  assert.equal(summary.steps, 3);

  assert.deepEqual(await readRunConfig(run), {
    recipe: 'folder',
    choices: { data: join(root, 'photos'), imageSize: 8, seed: 5 },
  });
  const card = JSON.parse(await readFile(run.file('model.json'), 'utf8'));
  assert.deepEqual(card.classes, ['green', 'red']);
  assert.deepEqual(card.inputShape, [3, 8, 8]);
  assert.equal(card.transform.name, 'Compose');

  const found = await evaluateRun(run, 3);
  assert.equal(found.samples, 8);
  assert.ok(Math.abs(found.loss - (summary.best?.heldOut.loss ?? Number.NaN)) < 1e-5);
  assert.deepEqual(
    found.perClass.map(({ name, samples }) => [name, samples]),
    [
      ['green', 4],
      ['red', 4],
    ],
  );
});

test('an evaluation on other data binds classes by name and keeps the stored transform', async (t) => {
  const root = await temporaryFolder(t);
  const task = await smallTask(join(root, 'photos'));
  const run = await RunFolder.create('photos', join(root, 'run'));
  await trainTask({ task, settings, run });

  // 'red' alone would be class 0 by itself; larger pictures would ask for another transform.
  const other = join(root, 'other');
  await fillFolder(join(other, 'train'), { red: 1 }, 50);
  await fillFolder(join(other, 'test'), { red: 3 }, 50);
  const { perClass } = await evaluateRun(run, 8, other);
  assert.deepEqual(
    perClass.map(({ samples }) => samples),
    [0, 3],
  );

  await fillFolder(join(other, 'test'), { purple: 1 }, 50);
  await assert.rejects(evaluateRun(run, 8, other), {
    name: 'DataError',
    message: `${join(other, 'test')}: unknown class 'purple'; known are 'green', 'red'; rename or remove what does not belong`,
  });
});

const list = (names: string) => [...names].map((name) => `'${name}'`).join(', ');

test('a run on data with other class names is refused', async (t) => {
  const root = await temporaryFolder(t);
  const task = await openTask('digits', { limit: 20 });
  const run = await RunFolder.create('digits', join(root, 'run'));
  await trainTask({ task: { ...task, classes: [...'abcdefghij'] }, settings, run });
  await assert.rejects(evaluateRun(run, 8), {
    name: 'DataError',
    message: `${run.file('model.json')}: has the classes ${list('abcdefghij')}, the data ${list('0123456789')}; they must be the same`,
  });
});

test('workers change no number', async (t) => {
  const root = await temporaryFolder(t);
  const task = await smallTask(join(root, 'photos'));
  const losses: number[][] = [];
  for (const workers of [0, 2]) {
    const run = await RunFolder.create('photos', join(root, `run-${workers}`));
    await trainTask({ task, settings: { ...settings, workers, epochs: 2 }, run });
    losses.push((await lines(run, 'steps.jsonl')).map(({ loss }) => loss));
  }
  assert.equal(losses[0]?.length, 6);
  assert.deepEqual(losses[1], losses[0]);
});

test('the learning rate follows the schedule', async (t) => {
  const root = await temporaryFolder(t);
  const task = await smallTask(join(root, 'photos'));
  const run = await RunFolder.create('photos', join(root, 'run'));
  const schedule = { kind: 'step', stepSize: 2, gamma: 0.5 } as const;
  await trainTask({ task, settings: { ...settings, epochs: 4, lr: 0.01, schedule }, run });
  const epochs = (await lines(run, 'metrics.jsonl')).filter(({ split }) => split === 'train');
  assert.deepEqual(
    epochs.map(({ lr }) => lr),
    [0.01, 0.01, 0.005, 0.005],
  );
});

test('a damaged picture ends the run with its name, or is left out and listed', async (t) => {
  const root = await temporaryFolder(t);
  const folder = join(root, 'photos');
  await smallTask(folder);
  const bad = join(folder, 'train', 'green', '3.png');
  await writeFile(bad, 'not a picture');
  const task = await openTask(folder, { imageSize: 8 });
  const run = await RunFolder.create('photos', join(root, 'run'));
  await assert.rejects(trainTask({ task, settings, run }), (error: Error) => {
    assert.equal(error.name, 'DataError');
    assert.match(error.message, /^.*train\/green\/3\.png: sample \d+: /);
    return true;
  });
  await run.discard();

  const second = await RunFolder.create('photos', join(root, 'run'));
  const skipping = { ...settings, onError: 'skip', epochs: 2 } as const;
  const { skipped, summary } = await trainTask({ task, settings: skipping, run: second });
  assert.deepEqual(
    skipped.map(({ path }) => path),
    [bad],
  );
  assert.equal(summary.steps, 6);
});

test('threads load what takes work, none what is looked up', async (t) => {
  const digits = await openTask('digits', {});
  assert.equal(loadingWorkers(digits.train), 0);
  const folder = await fillFolder(await temporaryFolder(t), { red: 5, green: 5 });
  const workers = loadingWorkers((await openTask(folder, {})).train);
  assert.ok(workers >= 1 && workers <= 8, `${workers}`);
});

test('a damaged config.json is named with its field', async (t) => {
  const root = await temporaryFolder(t);
  await put(root, 'model.json', '{}');
  await put(root, 'config.json', '{"recipe":"digits","choices":{"limit":-1}}');
  const run = await RunFolder.open(root);
  await assert.rejects(readRunConfig(run), {
    name: 'DataError',
    message: /config\.json: field 'choices\.limit': .*; the run may be damaged$/,
  });
  await put(root, 'config.json', '{}');
  await assert.rejects(readRunConfig(run), { message: /field 'recipe'/ });
});
