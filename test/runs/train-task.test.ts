import assert from 'node:assert/strict';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DataLoader } from '../../src/data/dataloader.js';
import { crossEntropy } from '../../src/nn/functional.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import '../../src/ops/index.js';
import { openTask } from '../../src/recipes/index.js';
import type { Task } from '../../src/recipes/recipe.js';
import { resolveSettings } from '../../src/recipes/settings/resolve.js';
import type { SettingsLayer } from '../../src/recipes/settings/schema.js';
import { classCounts, classWeightsOf, imbalanceOf } from '../../src/runs/class-weights.js';
import { evaluate } from '../../src/runs/evaluate.js';
import { loadingWorkers } from '../../src/runs/loading-workers.js';
import { readRunData } from '../../src/runs/run-config.js';
import { trainTask } from '../../src/runs/train-task.js';
import { tensor } from '../../src/tensor/creation.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { createModel } from '../../src/vision/models/registry.js';
import { fillFolder } from '../recipes/picture-folder.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';

const usual: SettingsLayer = { epochs: 1, batchSize: 8, seed: 5, loader: { workers: 0 } };
const settings = resolveSettings(usual);
const settingsWith = (layer: SettingsLayer) => resolveSettings(usual, layer);

/** Two classes of tiny pictures, learned at 8×8. */
async function smallTask(folder: string): Promise<Task> {
  await fillFolder(join(folder, 'train'), { green: 12, red: 12 });
  await fillFolder(join(folder, 'test'), { green: 4, red: 4 });
  return await openTask(folder, { imageSize: 8, seed: 5 });
}

test('a run says which data it had, and an evaluation finds them again', async (t) => {
  const root = await temporaryFolder(t);
  const task = await smallTask(join(root, 'photos'));
  const run = await RunFolder.create('photos', join(root, 'run'));
  const { summary, skipped } = await trainTask({ task, settings, run });
  assert.deepEqual(skipped, []);
  assert.equal(summary.steps, 3);

  const { loss: _, ...data } = await readRunData(run);
  assert.deepEqual(data, {
    recipe: 'folder',
    choices: { data: join(root, 'photos'), model: 'cifarCnn', imageSize: 8, seed: 5 },
    valSplit: 0,
    pictures: task.train.length + task.test.length,
    fingerprint: { test: await task.test.fingerprint?.() },
  });
  const card = JSON.parse(await readFile(run.file('model.json'), 'utf8'));
  assert.deepEqual(card.classes, ['green', 'red']);
  assert.deepEqual(card.inputShape, [3, 8, 8]);
  assert.equal(card.transform.name, 'Compose');

  const found = await evaluate(run, { batchSize: 3 });
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
  const { perClass } = await evaluate(run, { batchSize: 8, data: other });
  assert.deepEqual(
    perClass.map(({ samples }) => samples),
    [0, 3],
  );

  await fillFolder(join(other, 'test'), { purple: 1 }, 50);
  await assert.rejects(evaluate(run, { batchSize: 8, data: other }), {
    name: 'DataError',
    message: `${join(other, 'test')}: unknown class 'purple'; known are 'green', 'red'; rename or remove what does not belong`,
  });
});

const list = (names: string) => [...names].map((name) => `'${name}'`).join(', ');

test('a damaged picture ends an evaluation, or is left out and listed', async (t) => {
  const root = await temporaryFolder(t);
  const task = await smallTask(join(root, 'photos'));
  const run = await RunFolder.create('photos', join(root, 'run'));
  await trainTask({ task, settings, run });
  const bad = join(root, 'photos', 'test', 'red', 'bad.png');
  await writeFile(bad, 'damaged');
  await assert.rejects(evaluate(run, { batchSize: 8 }), { name: 'DataError', message: /bad\.png/ });
  const { samples, skipped } = await evaluate(run, { batchSize: 8, onError: 'skip' });
  assert.equal(samples, 8);
  assert.deepEqual(
    skipped.map(({ path }) => path),
    [bad],
  );
});

test('a run on data with other class names is refused', async (t) => {
  const root = await temporaryFolder(t);
  const task = await openTask('digits', { limit: 20 });
  const run = await RunFolder.create('digits', join(root, 'run'));
  await trainTask({ task: { ...task, classes: [...'abcdefghij'] }, settings, run });
  await assert.rejects(evaluate(run, { batchSize: 8 }), {
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
    await trainTask({ task, settings: settingsWith({ loader: { workers }, epochs: 2 }), run });
    losses.push((await run.readLog('steps.jsonl')).map(({ loss }) => loss));
  }
  assert.equal(losses[0]?.length, 6);
  assert.deepEqual(losses[1], losses[0]);
});

test('the learning rate follows the schedule', async (t) => {
  const root = await temporaryFolder(t);
  const task = await smallTask(join(root, 'photos'));
  const run = await RunFolder.create('photos', join(root, 'run'));
  const schedule = { name: 'step', stepSize: 2, gamma: 0.5 } as const;
  const halving = settingsWith({ epochs: 4, optimizer: { lr: 0.01 }, schedule });
  await trainTask({ task, settings: halving, run });
  const epochs = (await run.readLog('metrics.jsonl')).filter(({ split }) => split === 'train');
  assert.deepEqual(
    epochs.map(({ lr }) => lr),
    [0.01, 0.01, 0.005, 0.005],
  );
});

test('a schedule that did nothing is told, but for one that waits for a loss to stay', async (t) => {
  const root = await temporaryFolder(t);
  const task = await smallTask(join(root, 'photos'));
  const told = async (
    schedule: { name: 'step'; stepSize: number } | { name: 'plateau'; patience: number },
  ) => {
    const notes: string[] = [];
    await trainTask({
      task,
      settings: settingsWith({ epochs: 3, schedule }),
      callbacks: [{ onNote: (text) => void notes.push(text) }],
      run: await RunFolder.create('photos', join(root, schedule.name)),
    });
    return notes.filter((text) => text.includes("'constant-schedule'")).length;
  };
  assert.equal(await told({ name: 'step', stepSize: 100 }), 1);
  assert.equal(await told({ name: 'plateau', patience: 100 }), 0);
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
  const skipping = settingsWith({ data: { onError: 'skip' }, epochs: 2 });
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
  await put(root, 'config.json', '{"recipe":"digits","settings":{"data":{"limit":-1}}}');
  const run = await RunFolder.open(root);
  await assert.rejects(readRunData(run), {
    name: 'DataError',
    message: /config\.json: field 'settings\.data\.limit': .*; the run may be damaged$/,
  });
  await put(root, 'config.json', '{}');
  await assert.rejects(readRunData(run), { message: /field 'recipe'/ });
});

/** Many greens and few reds, trained and tested on. */
async function unbalancedTask(folder: string): Promise<Task> {
  await fillFolder(join(folder, 'train'), { green: 20, red: 4 });
  await fillFolder(join(folder, 'test'), { green: 10, red: 2, purple: 0 });
  return await openTask(folder, { imageSize: 8, seed: 5 });
}

test('class weights come from the training counts, and count each class alike', async (t) => {
  const root = await temporaryFolder(t);
  const task = await unbalancedTask(join(root, 'photos'));
  const counts = classCounts(task.train, 2);
  assert.deepEqual(counts, [20, 4]);
  assert.deepEqual(classWeightsOf(counts, 1), [0.6, 3]); // scikit-learn's compute_class_weight('balanced')
  assert.deepEqual(classWeightsOf([3, 0, 1], 1), [2 / 3, 0, 2]);
  assert.deepEqual(classWeightsOf([3, 0, 1], 0.5), [Math.sqrt(2 / 3), 0, Math.sqrt(2)]);
  assert.equal(imbalanceOf([3, 0, 1]), 3);

  // The first loss of the same weights and batch differs by the classes' weights alone.
  const first = async (classWeights: 'auto' | null) => {
    const run = await RunFolder.create('photos', join(root, `${classWeights}`));
    const all = settingsWith({ batchSize: 24, loss: { classWeights } });
    const { summary } = await trainTask({ task, settings: all, run });
    const [step] = await run.readLog('steps.jsonl');
    const config = JSON.parse(await readFile(run.file('config.json'), 'utf8'));
    assert.deepEqual(config.settings.loss.classWeights, classWeights && { power: 1 });
    // What is held out is measured without weights, as an evaluation does.
    const found = await evaluate(run, { batchSize: 12 });
    assert.ok(Math.abs(found.loss - (summary.best?.heldOut.loss ?? Number.NaN)) < 1e-5);
    return step?.loss ?? Number.NaN;
  };
  manualSeed(settings.seed);
  const model = createModel(task.architecture);
  const loader = new DataLoader(task.train, { batchSize: 24, shuffle: true, seed: settings.seed });
  for await (const [images, labels] of loader) {
    const logits = model(images);
    const weight = tensor(classWeightsOf(counts, 1));
    const expected = crossEntropy(logits, labels, { weight }).item();
    const plain = crossEntropy(logits, labels).item();
    assert.ok(Math.abs(expected - plain) > 1e-3, 'the weights matter here');
    assert.ok(Math.abs((await first('auto')) - expected) < 1e-4);
    assert.ok(Math.abs((await first(null)) - plain) < 1e-4);
  }
});

test('a model that always says the same is told apart from a good one', async (t) => {
  const root = await temporaryFolder(t);
  const task = await unbalancedTask(join(root, 'photos'));
  const run = await RunFolder.create('photos', join(root, 'run'));
  const still = settingsWith({ optimizer: { name: 'sgd', lr: 1e-12 } });
  const { summary, findings } = await trainTask({ task, settings: still, run });
  const { perClass, findings: again, balancedAccuracy } = await evaluate(run, { batchSize: 12 });
  assert.deepEqual(findings, again);
  assert.equal(balancedAccuracy, 0.5);
  const missed = perClass.find(({ recall }) => recall === 0);
  assert.ok(missed !== undefined && summary.best !== null);
  assert.equal(findings.at(-1), `never recognised: '${missed.name}' (0 of ${missed.samples})`);
  assert.match(
    findings[0] ?? '',
    /^no better than always answering 'green', which is right for 83\.3% of the images$/,
  );
});

test('a class without test images has no recall, and is not judged', async (t) => {
  const root = await temporaryFolder(t);
  const folder = join(root, 'photos');
  await fillFolder(join(folder, 'train'), { green: 8, red: 8, blue: 8 });
  await fillFolder(join(folder, 'test'), { green: 4, red: 4 });
  const task = await openTask(folder, { imageSize: 8 });
  const run = await RunFolder.create('photos', join(root, 'run'));
  await trainTask({ task, settings: settingsWith({ epochs: 2 }), run });
  const { perClass, findings } = await evaluate(run, { batchSize: 8 });
  const blue = perClass.find(({ name }) => name === 'blue');
  assert.deepEqual([blue?.samples, blue?.recall], [0, null]);
  assert.ok(findings.every((finding) => !finding.includes('blue')));
});

test('val chooses the weights, and an evaluation finds their scores on test', async (t) => {
  const root = await temporaryFolder(t);
  const folder = join(root, 'photos');
  for (const [part, count] of [
    ['train', 12],
    ['val', 4],
    ['test', 6],
  ] as const)
    await fillFolder(join(folder, part), { green: count, red: count });
  const task = await openTask(folder, { imageSize: 8 });
  const run = await RunFolder.create('photos', join(root, 'run'));
  const { summary } = await trainTask({ task, settings: settingsWith({ epochs: 3 }), run });
  assert.equal(summary.best?.split, 'val');
  assert.equal(summary.best?.heldOut.confusion.samples(), 8);
  assert.equal(summary.test?.confusion.samples(), 12);
  const found = await evaluate(run, { batchSize: 5 });
  assert.ok(Math.abs(found.loss - (summary.test?.loss ?? Number.NaN)) < 1e-5);
  const splits = (await run.readLog('metrics.jsonl')).map(({ split }) => split);
  assert.deepEqual(splits, ['train', 'val', 'train', 'val', 'train', 'val']);
  const { data } = JSON.parse(await readFile(run.file('config.json'), 'utf8'));
  assert.deepEqual([data.train, data.val, data.test], [24, 8, 12]);
  const written = JSON.parse(await readFile(run.file('summary.json'), 'utf8'));
  assert.equal(written.test.accuracy, summary.test?.accuracy);
});

test('pictures that have moved: the error says how to say where they are', async (t) => {
  const root = await temporaryFolder(t);
  const task = await smallTask(join(root, 'photos'));
  const run = await RunFolder.create('photos', join(root, 'run'));
  await trainTask({ task, settings, run });
  await rename(join(root, 'photos'), join(root, 'moved'));
  await assert.rejects(evaluate(run, { batchSize: 8 }), {
    name: 'DataError',
    message: `${join(root, 'photos')}: the run was trained on this folder, which is not there any more; pass { data: 'FOLDER' } to say where it is now`,
  });
  assert.equal((await evaluate(run, { batchSize: 8, data: join(root, 'moved') })).samples, 8);
});
