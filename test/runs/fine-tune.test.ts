/** Runs that train the head first, and then all of the network. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadSafetensors } from '../../src/io/safetensors.js';
import '../../src/ops/index.js';
import type { Task } from '../../src/recipes/recipe.js';
import type { SettingsLayer } from '../../src/recipes/settings/schema.js';
import { evaluate } from '../../src/runs/evaluate.js';
import { prepare } from '../../src/runs/prepare.js';
import { resume } from '../../src/runs/resume.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { trainTask } from '../../src/runs/train-task.js';
import { manualSeed } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import type { Callback } from '../../src/train/callback.js';
import { cifar_resnet20 } from '../../src/vision/models/cifar-resnet.js';
import { smallTask } from './small-task.js';

const settings = {
  model: { fineTune: 3 },
  batchSize: 8,
  schedule: null,
  seed: 5,
  loader: { workers: 0 },
} satisfies SettingsLayer;

async function runOf(task: Task, out: string, epochs: number, more: SettingsLayer = {}) {
  const run = await RunFolder.create('photos', out);
  const notes: string[] = [];
  const callbacks: Callback[] = [{ onNote: (text) => notes.push(text) }];
  const layer = { ...settings, ...more, epochs };
  const outcome = await trainTask({ task, settings: layer, run, callbacks });
  return { run, notes, outcome, weights: await weightsOf(run) };
}

async function weightsOf(run: RunFolder) {
  const path = run.checkpoint('last');
  return (await loadSafetensors(path).catch(() => null))?.tensors ?? new Map();
}

test('a line for the first phase, and all weights learned in the end', async (t) => {
  const { root, task } = await smallTask(t);
  const { run, notes, outcome, weights } = await runOf(task, join(root, 'run'), 2);
  const [features, phase] = notes.filter((note) => /^(the features|phase)/.test(note));
  assert.match(features ?? '', /^the features of each picture are computed once, /);
  assert.match(phase ?? '', /^phase 1 of 2: the head alone has learned for 3 epochs: accuracy /);
  const { tensors } = await loadSafetensors(run.checkpoint('best'));
  assert.ok(tensors.size > 0);
  manualSeed(11);
  const start = cifar_resnet20().stateDict();
  assert.notDeepEqual(weights.get('conv1.weight')?.data, start.get('conv1.weight')?.data);
  assert.equal((await evaluate(run)).accuracy, outcome.summary.best?.heldOut.accuracy);
});

test('stopped in the second phase it goes on to the same bits, without the first', async (t) => {
  const { root, task } = await smallTask(t);
  const whole = await runOf(task, join(root, 'whole'), 3);
  const { run } = await runOf(task, join(root, 'half'), 1);
  const notes: string[] = [];
  const features: unknown[] = [];
  const callbacks: Callback[] = [
    { onNote: (text) => notes.push(text), onFeatures: (event) => features.push(event) },
  ];
  await resume(run.path, { settings: { epochs: 3 }, callbacks, report: false });
  assert.deepEqual(features, []);
  assert.ok(!notes.join().includes('phase 1'), notes.join());
  const resumed = await weightsOf(run);
  for (const [key, tensor] of whole.weights)
    assert.deepEqual(resumed.get(key)?.data, tensor.data, key);
});

test('stopped while the head learns it leaves nothing', async (t) => {
  const { root, task } = await smallTask(t);
  const run = await RunFolder.create('photos', join(root, 'run'));
  const controller = new AbortController();
  const { signal } = controller;
  const onFeatures = () => controller.abort();
  const { kept } = await trainTask({ task, settings, run, signal, callbacks: [{ onFeatures }] });
  assert.equal(kept, false);
});

test('its settings are its own where nobody says otherwise, and it needs trained weights', async (t) => {
  const { root, weights } = await smallTask(t);
  const photos = join(root, 'photos');
  const base = { name: 'cifar_resnet20', pretrained: weights, fineTune: true };
  const opened = async (layer: SettingsLayer) =>
    (await (await prepare(photos, { data: { imageSize: 8 }, seed: 1, ...layer })).open()).settings;
  const usual = await opened({ model: base });
  assert.equal(usual.epochs, 10);
  assert.equal(usual.optimizer.name, 'adamw');
  assert.equal(usual.schedule?.name, 'cosine');
  assert.deepEqual(usual.model.fineTune, { headEpochs: 10, headLr: 0.003, layerDecay: 0.4 });
  const told = await opened({ model: { ...base, fineTune: 4 }, epochs: 3, optimizer: 'sgd' });
  assert.equal(told.epochs, 3);
  assert.equal(told.optimizer.name, 'sgd');
  assert.equal(told.model.fineTune?.headEpochs, 4);
  await assert.rejects(opened({ model: { ...base, pretrained: false } }), {
    name: 'ValueError',
    message:
      /^photos: its network starts from fresh weights, of which nothing can be fine-tuned; start /,
  });
});

/** How far the weights of `key` have come, at most, from those of `before`. */
function moved(
  key: string,
  { weights }: { readonly weights: ReadonlyMap<string, Tensor> },
  before: ReadonlyMap<string, Tensor>,
): number {
  const from = [...(before.get(key)?.data ?? [])];
  return Math.max(
    ...[...(weights.get(key)?.data ?? [])].map((w, i) => Math.abs(w - (from[i] ?? 0))),
  );
}

test('headLr: what Adam moves the head by in the first phase', async (t) => {
  const { root, task } = await smallTask(t);
  const headRun = (headLr: number) =>
    runOf(task, join(root, `${headLr}`), 1, {
      model: { fineTune: { headEpochs: 1, headLr } },
      optimizer: { lr: 1e-12 },
    });
  const start = (await headRun(1e-12)).weights;
  const [small, large] = [await headRun(1e-5), await headRun(1e-4)].map((run) =>
    moved('linear.weight', run, start),
  );
  // The rate falls within an epoch only after it: three steps of Adam, the first as long as the rate.
  assert.ok((small ?? 0) > 0.9e-5 && (small ?? 0) < 3.1e-5, `${small}`);
  const ratio = (large ?? 0) / (small ?? 1);
  assert.ok(Math.abs(ratio - 10) < 0.5, `${ratio}`);
});

test('layerDecay: parts below learn by so much less', async (t) => {
  const { root, task } = await smallTask(t);
  const tuned = (layerDecay: number) =>
    runOf(task, join(root, `${layerDecay}`), 1, {
      model: { fineTune: { headEpochs: 1, layerDecay } },
      optimizer: { name: 'adamw', lr: 1e-4, weightDecay: 0 },
    });
  manualSeed(11);
  const start = cifar_resnet20().stateDict();
  const [alike, halved] = [await tuned(1), await tuned(0.5)];
  const ratio = (key: string) => moved(key, halved, start) / moved(key, alike, start);
  // linear · layer3 · layer2 · layer1 · bn1 · conv1: a half for each step down.
  const expected = {
    'layer3.0.conv1.weight': 1 / 2,
    'layer1.0.conv1.weight': 1 / 8,
    'conv1.weight': 1 / 32,
  };
  for (const [key, share] of Object.entries(expected))
    assert.ok(Math.abs(ratio(key) / share - 1) < 0.15, `${key}: ${ratio(key)}`);
});
