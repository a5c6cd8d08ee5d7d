/** Runs that start from trained weights: what is learned, what is kept, what is said. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadTorch } from '../../src/io/load-torch.js';
import { loadSafetensors } from '../../src/io/safetensors.js';
import '../../src/ops/index.js';
import { openTask } from '../../src/recipes/index.js';
import type { Task } from '../../src/recipes/recipe.js';
import type { SettingsLayer } from '../../src/recipes/settings/schema.js';
import { evaluate } from '../../src/runs/evaluate.js';
import { resume } from '../../src/runs/resume.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { trainTask } from '../../src/runs/train-task.js';
import type { Callback } from '../../src/train/callback.js';
import { assertClose } from '../nn/close.js';
import { fillFolder } from '../recipes/picture-folder.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { smallTask } from './small-task.js';

const settings = {
  epochs: 2,
  batchSize: 8,
  optimizer: { lr: 1e-2 },
  seed: 5,
  loader: { workers: 0 },
} satisfies SettingsLayer;

/** A run with its notes, and the last weights by key. */
async function runOf(
  task: Task,
  out: string,
  model: SettingsLayer['model'] = {},
  epochs = 2,
  more: SettingsLayer = {},
) {
  const run = await RunFolder.create('photos', out);
  const notes: string[] = [];
  const features: string[] = [];
  const callback: Callback = {
    onNote: (text) => notes.push(text),
    onFeatures: ({ batch, batches }) => features.push(`${batch}/${batches}`),
  };
  const outcome = await trainTask({
    task,
    settings: { ...settings, model, epochs, ...more },
    run,
    callbacks: [callback],
  });
  return { run, notes, features, outcome, weights: await weightsOf(run) };
}

async function weightsOf(run: RunFolder) {
  return (await loadSafetensors(run.checkpoint('last'))).tensors;
}

test('the head learns from features that are computed once, and the run has the whole network', async (t) => {
  const { root, weights, task } = await smallTask(t);
  assert.equal(task.weights, weights);
  const { run, notes, features, outcome, weights: after } = await runOf(task, join(root, 'run'));
  assert.deepEqual(notes, [
    'the features of each picture are computed once, and the head learns from them, without augmentation (views: N adds N − 1 augmented ones)',
  ]);
  assert.deepEqual(features, ['1/4', '2/4', '3/4', '4/4']);
  const { stateDict } = await loadTorch(weights);
  for (const [key, tensor] of stateDict)
    if (!key.startsWith('linear.')) assert.deepEqual(after.get(key)?.data, tensor.data, key);
  assert.deepEqual(after.get('linear.weight')?.shape, [2, 64]);

  const found = await evaluate(run, { batchSize: 3 });
  const { loss = Number.NaN, accuracy } = outcome.summary.best?.heldOut ?? {};
  assert.equal(found.accuracy, accuracy);
  assert.ok(Math.abs(found.loss - loss) < 1e-4, `${found.loss} ${loss}`);
});

test('with pictures that are the same in each epoch, features change nothing', async (t) => {
  const { root, task } = await smallTask(t);
  const { plainTrain } = task;
  assert.ok(plainTrain !== null);
  const plain = { ...task, train: plainTrain };
  const cached = await runOf(plain, join(root, 'cached'));
  const live = await runOf(plain, join(root, 'live'), { features: 'live' });
  assert.match(cached.notes.join(), /computed once, and the head learns from them$/);
  assert.deepEqual(live.notes, []);
  for (const [key, tensor] of live.weights)
    assertClose(cached.weights.get(key) ?? [], Array.from(tensor.data), 1e-5, key);
});

test('weights of single epochs are of the whole network', async (t) => {
  const { root, task } = await smallTask(t);
  const keep = { checkpoints: { keepEvery: 1 } };
  const { run, features, weights } = await runOf(task, join(root, 'run'), {}, 2, keep);
  assert.equal(features.length, 4);
  const { tensors } = await loadSafetensors(run.file('checkpoints', 'epoch-0002.safetensors'));
  assert.deepEqual([...tensors.keys()], [...weights.keys()]);
  for (const [key, { data }] of weights) assert.deepEqual(tensors.get(key)?.data, data, key);
});

test('parts that freeze later are those of the whole network', async (t) => {
  const { root, task } = await smallTask(t);
  const run = (epochs: number, parts: string[]) =>
    runOf(task, join(root, `${epochs}${parts}`), {}, epochs, { freeze: { parts } });
  const [one, two] = [await run(1, ['linear.bias']), await run(2, ['linear.bias'])];
  assert.deepEqual(two.features, [], 'it looks at pictures');
  assert.deepEqual(two.notes, ['linear.bias is frozen from epoch 2 on']);
  const of = (key: string) => [one, two].map(({ weights }) => weights.get(key)?.data);
  const [[bias, same], [weight, later]] = [of('linear.bias'), of('linear.weight')];
  assert.deepEqual(same, bias);
  assert.notDeepEqual(later, weight);
  await assert.rejects(run(3, ['linear']), {
    name: 'ValueError',
    message: /^Trainer: nothing would learn from epoch 2 on: all 2 parameters of the optimizer/,
  });
});

test('views: the picture as it is, and augmented ones', async (t) => {
  const { root, task } = await smallTask(t);
  const { notes, features } = await runOf(task, join(root, 'run'), { views: 3 });
  assert.match(notes.join(), /3 views of each training picture, 2 of them augmented$/);
  assert.equal(features.at(-1), '10/10');
});

test('workers load the pictures, and features need none', async (t) => {
  const { root, task } = await smallTask(t);
  const run = await RunFolder.create('photos', join(root, 'run'));
  const outcome = await trainTask({
    task,
    settings: { ...settings, epochs: 1, loader: { workers: 1 } },
    run,
  });
  assert.ok(outcome.kept);
});

test('a run on features goes on to the same bits', async (t) => {
  const { root, task } = await smallTask(t);
  const whole = await runOf(task, join(root, 'whole'), {}, 4);
  const { run } = await runOf(task, join(root, 'half'));
  await resume(run.path, { settings: { epochs: 4 }, report: false });
  const resumed = await weightsOf(run);
  for (const [key, tensor] of whole.weights)
    assert.deepEqual(resumed.get(key)?.data, tensor.data, key);
});

test('a pass over the pictures that is stopped leaves nothing', async (t) => {
  const { root, task } = await smallTask(t);
  const run = await RunFolder.create('photos', join(root, 'run'));
  const controller = new AbortController();
  const onFeatures = () => controller.abort();
  const { signal } = controller;
  const outcome = await trainTask({
    task,
    settings,
    run,
    callbacks: [{ onFeatures }],
    signal,
  });
  assert.equal(outcome.kept, false);
  assert.equal(outcome.summary.epochs, 0);
});

test('photos start from ImageNet’s weights where these are, and it is said either way', async (t) => {
  const root = await temporaryFolder(t);
  const photos = await fillFolder(join(root, 'photos'), { red: 5, green: 5 }, 100);
  const before = { ...process.env };
  t.after(() => Object.assign(process.env, before));
  Object.assign(process.env, {
    WICK_CACHE: root,
    TORCH_HOME: root,
    WICK_MODELS: join(root, 'own'),
  });
  const without = await openTask(photos, { seed: 1 });
  assert.deepEqual([without.weights, without.inputShape], [null, [3, 128, 128]]);
  assert.match(
    without.notes.join('\n'),
    /fresh weights; .*--pretrained fetches them \(47 MB\), or put resnet18-f37072fd\.pth/,
  );

  const path = await put(root, 'own/resnet18.pth', 'any');
  const task = await openTask(photos, { seed: 1 });
  assert.deepEqual([task.weights, task.inputShape], ['imagenet1k', [3, 224, 224]]);
  assert.equal(task.architecture.name, 'resnet18');
  assert.ok(task.notes.join('\n').includes(`ImageNet's weights (${path})`));
  assert.deepEqual(task.choices, {
    data: photos,
    model: 'resnet18',
    pretrained: 'imagenet1k',
    seed: 1,
  });
  const fresh = await openTask(photos, { seed: 1, pretrained: false });
  assert.deepEqual([fresh.weights, fresh.inputShape], [null, [3, 128, 128]]);
  const small = await openTask(photos, { imageSize: 32 });
  assert.equal(small.weights, null);
});

test('what cannot be started from', async (t) => {
  const photos = await fillFolder(join(await temporaryFolder(t), 'photos'), { red: 5, green: 5 });
  for (const [choice, message] of [
    [
      { pretrained: 'resnet81' },
      /'resnet81' is neither a network nor the path of a file with weights; did you mean resnet18\?/,
    ],
    [{ pretrained: 'lenet' }, /no weights of lenet are published/],
    [{ pretrained: true, model: 'cifarCnn' }, /no weights of cifarCnn are published/],
    [
      { pretrained: 'resnet18', model: 'resnet34' },
      /'resnet18' is given with the network 'resnet34'; leave one out/,
    ],
  ] as const)
    await assert.rejects(openTask(photos, choice), { name: 'ValueError', message });
});
