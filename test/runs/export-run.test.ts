import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadSafetensors, loadTorch, saveSafetensors } from '../../src/io/index.js';
import { exportRun, RunFolder } from '../../src/runs/index.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { createModel } from '../../src/vision/models/registry.js';
import { loadRuntime, withoutRuntime } from '../export/runtime.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

const classes = Array.from({ length: 10 }, (_, k) => String(k));
const architecture = {
  name: 'mnistCnn',
  options: { numClasses: 10, inChannels: 1, imageSize: 28 },
};
const transform = { name: 'Compose', transforms: [{ name: 'ToTensor' }] };

/** A run of an untrained network on the digits that come with wick, or on a folder. */
async function makeRun(t: TestContext, data?: string): Promise<RunFolder> {
  manualSeed(0);
  const run = await RunFolder.create('x', join(await temporaryFolder(t), 'run'));
  const inputShape = [1, 28, 28];
  const format = 'wick-model/1';
  await run.write('model.json', { format, architecture, inputShape, classes, transform });
  await run.write('config.json', {
    recipe: data === undefined ? 'digits' : 'folder',
    settings: { data: { path: data ?? null }, model: {}, seed: 0 },
    engine: { engine: 'wasm', threads: 1, winograd: true },
    data: {},
    wick: '0',
    node: '0',
  });
  await saveSafetensors(run.checkpoint('best'), createModel(architecture).stateDict());
  return run;
}

test('a run becomes a state dict of PyTorch, or safetensors with what belongs to it', async (t) => {
  const run = await makeRun(t);
  const { tensors: best } = await loadSafetensors(run.checkpoint('best'));
  const torch = await exportRun(run, { format: 'torch' });
  assert.deepEqual(torch, { format: 'torch', path: run.file('model.pth'), checkpoint: 'best' });
  const { stateDict } = await loadTorch(torch.path);
  assert.deepEqual([...stateDict.keys()], [...createModel(architecture).stateDict().keys()]);
  for (const [key, { data }] of stateDict) assert.deepEqual(data, best.get(key)?.data);
  const { path } = await exportRun(run, { path: run.file('other.safetensors') });
  const { tensors, metadata } = await loadSafetensors(path);
  assert.equal(tensors.size, best.size);
  const card = JSON.parse(metadata['wick.model'] ?? '');
  assert.deepEqual(card.classes, classes);
  assert.deepEqual(card.transform, transform);
  assert.deepEqual(card.architecture, architecture);
});

test('an ONNX file is checked on images of the test set', { skip: withoutRuntime }, async (t) => {
  const run = await makeRun(t);
  const runtime = await loadRuntime();
  const { onnx, path } = await exportRun(run, { format: 'onnx', runtime });
  assert.equal(path, run.file('model.onnx'));
  assert.equal(onnx?.withoutTestSet, null);
  assert.equal(onnx?.check?.images, 64);
  assert.ok(existsSync(path));
});

test('without the pictures it is checked on random inputs, and says why', {
  skip: withoutRuntime,
}, async (t) => {
  const run = await makeRun(t, '/nowhere/photos');
  const runtime = await loadRuntime();
  const { onnx } = await exportRun(run, { format: 'onnx', runtime });
  assert.match(onnx?.withoutTestSet ?? '', /\/nowhere\/photos: the run was trained on this folder/);
  assert.equal(onnx?.check?.images, 64);
  const asked = exportRun(run, { format: 'onnx', runtime, data: '/nowhere/else' });
  await assert.rejects(asked, { name: 'DataError' });
});

test('a format is named, or the ending of the path names it', async (t) => {
  const run = await makeRun(t);
  const refused = (options: object, message: RegExp) =>
    assert.rejects(exportRun(run, options), { name: 'ValueError', message });
  await refused(
    {},
    /no format is given; pass \{ format: 'onnx' \} \(or torch, safetensors, wick, web\)/,
  );
  await refused({ path: 'x.tar' }, /'x.tar' has an ending that says no format/);
  await refused(
    { format: 'tflite' },
    /format='tflite' must be one of torch, safetensors, onnx, wick/,
  );
});
