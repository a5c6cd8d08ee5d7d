import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadSafetensors, saveSafetensors } from '../../src/io/safetensors.js';
import { Classifier, evaluate, exportRun, RunFolder, TrainedModel } from '../../src/runs/index.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { createModel } from '../../src/vision/models/registry.js';
import { colored } from '../recipes/picture-folder.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';

const classes = Array.from({ length: 10 }, (_, k) => String(k));
const card = {
  format: 'wick-model/1',
  architecture: { name: 'mnistCnn', options: { numClasses: 10, inChannels: 1, imageSize: 28 } },
  inputShape: [1, 28, 28],
  classes,
  transform: {
    name: 'Compose',
    transforms: [{ name: 'Resize', size: [28, 28] }, { name: 'ToTensor' }],
  },
};

/** A run of an untrained network on the digits that come with wick, the model file that it becomes, and a picture. */
async function makeFile(t: TestContext, change: object = {}) {
  manualSeed(0);
  const root = await temporaryFolder(t);
  const run = await RunFolder.create('x', join(root, 'run'));
  await run.write('model.json', { ...card, ...change });
  await run.write('config.json', {
    recipe: 'digits',
    settings: { data: { limit: 30, imageSize: 28 }, model: {}, seed: 5 },
    engine: { engine: 'wasm', threads: 1, winograd: true },
    data: { train: 30, test: 30, fingerprint: { train: 'abc', test: 'def' } },
    wick: '0',
    node: '0',
  });
  await saveSafetensors(run.checkpoint('best'), createModel(card.architecture).stateDict());
  const picture = await put(root, 'p.png', await colored('red', 12, 1));
  const path = join(root, 'm.wick');
  return { root, run, picture, path, export: () => exportRun(run, { path, license: 'MIT' }) };
}

test('a model file answers as its run does, to the bit, wherever it is', async (t) => {
  const { run, picture, path, ...made } = await makeFile(t);
  assert.deepEqual(await made.export(), { format: 'wick', path, checkpoint: 'best' });
  const before = await TrainedModel.load(run);
  const after = await TrainedModel.load(path);
  assert.deepEqual(await after.predict(picture), await before.predict(picture));
  assert.deepEqual((await Classifier.load(path)).classes, classes);
  const data = { recipe: 'digits', imageSize: 28, limit: 30, seed: 5 };
  const fingerprint = { train: 'abc', test: 'def' };
  assert.deepEqual(after.card, { ...card, license: 'MIT', data: { ...data, fingerprint } });
  for (const [key, { data }] of before.model.stateDict())
    assert.deepEqual(after.model.stateDict().get(key)?.data, data, key);
  const again = join(made.root, 'again.wick');
  await exportRun(path, { path: again });
  assert.deepEqual(await readFile(again), await readFile(path), 'exported again it is the same');
});

test('a model file is measured on the test set of its run', async (t) => {
  const { run, path, ...made } = await makeFile(t);
  await made.export();
  assert.deepEqual(await evaluate(path), await evaluate(run));
});

test('a file without pictures of its own is measured on a folder', async (t) => {
  const { path, root, ...made } = await makeFile(t);
  await made.export();
  const { tensors, metadata } = await loadSafetensors(path);
  const { data: _, ...alone } = JSON.parse(metadata['wick.model'] ?? '');
  await saveSafetensors(path, tensors, { 'wick.model': JSON.stringify(alone) });
  await assert.rejects(evaluate(path), {
    name: 'DataError',
    message: `${path}: is a model alone, without the pictures to test it on; pass { data: 'FOLDER' } to say where they are`,
  });
  for (const name of ['3/a.png', '3/b.png', '7/c.png'])
    await put(join(root, 'all'), name, await colored('blue', 28, 1));
  assert.equal((await evaluate(path, { data: join(root, 'all') })).samples, 3);
  await put(join(root, 'parts'), 'test/3/a.png', await colored('blue', 28, 1));
  await put(join(root, 'parts'), 'train/3/b.png', await colored('blue', 28, 1));
  assert.equal((await evaluate(path, { data: join(root, 'parts') })).samples, 1);
  await put(join(root, 'other'), 'cat/a.png', await colored('blue', 28, 1));
  await assert.rejects(evaluate(path, { data: join(root, 'other') }), /unknown class 'cat'/);
});

test('files that are no model, or made to do harm, are refused with their path', async (t) => {
  const { path, picture, run, root, ...made } = await makeFile(t);
  await made.export();
  const { tensors, metadata } = await loadSafetensors(path);
  const own = JSON.parse(metadata['wick.model'] ?? '');
  const { architecture } = own;
  const withOptions = (options: object) => ({ ...own, architecture: { ...architecture, options } });
  const text = JSON.stringify(own);
  const lenet = { name: 'lenet', options: { numClasses: 10 } };
  const cases: readonly (readonly [object | string, RegExp])[] = [
    ['{', /its metadata wick\.model is no JSON/],
    ['['.repeat(1e5), /its metadata wick\.model has lists and objects over 64 deep in each other$/],
    [`"${'x'.repeat(2 ** 22)}"`, /its metadata wick\.model has \d+ bytes, at most 4194304 are/],
    ['null', /field '': given null, /],
    [{ ...own, format: 'wick-model/2' }, /field 'format': given "wick-model\/2"/],
    [text.replace('{', '{"__proto__":{"polluted":1},'), /^$/],
    [{ ...own, architecture: { name: '__proto__', options: {} } }, /field 'architecture\.options/],
    [
      { ...own, architecture: { ...architecture, name: 'constructor' } },
      /field 'architecture': createModel: name='constructor' must be one of mnistCnn, /,
    ],
    [
      withOptions(JSON.parse('{"numClasses":10,"__proto__":{"imageSize":28}}')),
      /field 'architecture': mnistCnn: has no option '__proto__'/,
    ],
    [
      { ...withOptions({ numClasses: 10, imageSize: 8000 }), inputShape: [1, 8000, 8000] },
      /field 'architecture': memory: .* MiB are asked for/,
    ],
    [
      { ...own, classes: ['a'] },
      /field 'architecture\.options\.numClasses': given 10, must be 1, /,
    ],
    [
      { ...own, transform: { name: 'Lambda', module: 'file:///tmp/x.js' } },
      /field 'transform': 'Lambda': is code of 'file:\/\/\/tmp\/x\.js', and no description may run/,
    ],
    [{ ...own, transform: { name: 'Compose', transforms: [] } }, /must make a tensor of a picture/],
    [
      { ...own, inputShape: [1, 32, 32], architecture: lenet },
      /does not fit its description \(LeNet: the state dict /,
    ],
    [
      { ...own, inputShape: [1, 9, 9], architecture: lenet },
      /field 'architecture': lenet: given \[1,1,9,9\], it fails \(.*\); \[1,10\] is required/,
    ],
  ];
  for (const [content, message] of cases) {
    const json = typeof content === 'string' ? content : JSON.stringify(content);
    await saveSafetensors(path, tensors, { 'wick.model': json });
    const loading = TrainedModel.load(path).then((model) => model.predict(picture));
    if (message.source === '^$') await loading;
    else
      await assert.rejects(loading, (error: Error) => {
        assert.equal(error.name, 'CheckpointError', error.message);
        assert.match(error.message, message);
        return error.message.startsWith(`${path}: `);
      });
  }
  assert.ok(!('polluted' in {}));

  await saveSafetensors(path, tensors);
  await assert.rejects(TrainedModel.load(path), {
    name: 'CheckpointError',
    message: `${path}: holds weights, but does not say what of; wick import FILE --model NAME --classes a,b,c makes a model of it`,
  });
  for (const name of ['a.pth', 'a.npz'])
    await assert.rejects(TrainedModel.load(await put(root, name, Buffer.from('x'))), {
      name: 'CheckpointError',
      message: /a\.\w+: may hold weights, but does not say what of; wick import /,
    });
  await assert.rejects(TrainedModel.load(join(root, 'none.wick')), { name: 'DataError' });
  assert.equal(run.name, 'run');
});

test('a recipe file does not travel, and is never run unless it is named', async (t) => {
  const recipe = await put(await temporaryFolder(t), 'r.mjs', Buffer.from('globalThis.ran = true'));
  const code = { path: recipe, sha256: '0'.repeat(64), gives: ['model'] };
  const { path, run } = await makeFile(t);
  const { tensors } = await loadSafetensors(run.checkpoint('best'));
  await saveSafetensors(path, tensors, { 'wick.model': JSON.stringify({ ...card, code }) });
  await assert.rejects(TrainedModel.load(path), {
    name: 'DataError',
    message: /r\.mjs', which does not travel with it; pass \{ recipe: 'FILE' \} to run that file$/,
  });
  assert.ok(!('ran' in globalThis));
});

test('a damaged file is refused wherever it is damaged', async (t) => {
  const { path, ...made } = await makeFile(t);
  await made.export();
  const whole = await readFile(path);
  for (let at = 0; at < whole.length; at += Math.ceil(whole.length / 40)) {
    const damaged = Buffer.from(whole);
    damaged.writeUInt8((whole[at] ?? 0) ^ 1, at);
    for (const bytes of [damaged, whole.subarray(0, at)]) {
      await writeFile(path, bytes);
      await assert.rejects(TrainedModel.load(path), { name: 'CheckpointError' }, `at ${at}`);
    }
  }
});
