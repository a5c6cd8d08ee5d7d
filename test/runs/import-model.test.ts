import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { saveNpz, saveSafetensors, saveTorch } from '../../src/io/index.js';
import { exportRun, importModel, TrainedModel } from '../../src/runs/index.js';
import { zeros } from '../../src/tensor/creation.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { createModel } from '../../src/vision/models/registry.js';
import { imagenetClasses } from '../../src/vision/models/weights/imagenet-classes.js';
import { ShuffleNet_V2_X0_5_Weights } from '../../src/vision/models/weights/named.js';
import { CenterCrop } from '../../src/vision/transforms/center-crop.js';
import { Compose } from '../../src/vision/transforms/compose.js';
import { ToTensor } from '../../src/vision/transforms/to-tensor.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

/** Weights of a network with so many classes. */
async function weightsOf(t: TestContext, name = 'shufflenet_v2_x0_5', numClasses = 3) {
  manualSeed(0);
  const folder = await temporaryFolder(t);
  const state = createModel({ name, options: { numClasses } }).stateDict();
  return { state, file: join(folder, 'w.pth'), path: join(folder, 'm.wick'), folder };
}

test("weights from elsewhere become a model, with torchvision's transform", async (t) => {
  const { state, path, folder } = await weightsOf(t);
  const saved = { 'w.pth': saveTorch, 'w.safetensors': saveSafetensors, 'w.npz': saveNpz };
  for (const [name, save] of Object.entries(saved)) {
    const file = join(folder, name);
    await save(file, state);
    const classes = ['cat', 'dog', 'fish'];
    const options = { model: 'shufflenet_v2_x0_5', classes, path, license: 'MIT' };
    const { card, parameters, assumedTransform } = await importModel(file, options);
    assert.equal(assumedTransform, false);
    assert.equal(parameters, 344_867);
    assert.deepEqual(card.inputShape, [3, 224, 224]);
    const loaded = await TrainedModel.load(path);
    assert.deepEqual(loaded.card, card);
    assert.equal(card.license, 'MIT');
    const usual = ShuffleNet_V2_X0_5_Weights.DEFAULT.transforms();
    assert.equal(String(loaded.transform), String(usual));
    for (const [key, tensor] of loaded.model.stateDict())
      assert.deepEqual(tensor.data, state.get(key)?.data, `${name} ${key}`);
  }
});

test("weights of 1000 classes have ImageNet's names", async (t) => {
  const { state, file, path } = await weightsOf(t, 'shufflenet_v2_x0_5', 1000);
  await saveTorch(file, { state_dict: state });
  const { card } = await importModel(file, { model: 'shufflenet_v2_x0_5', path });
  assert.deepEqual(card.classes, await imagenetClasses());
});

test('the transform may be told, and is told to be assumed where nobody knows it', async (t) => {
  const { state, file, path } = await weightsOf(t, 'mnistCnn', 2);
  await saveTorch(file, state);
  const known = { model: 'mnistCnn', classes: ['a', 'b'], path };
  assert.equal((await importModel(file, known)).assumedTransform, true);
  const transform = new Compose([new CenterCrop(28), new ToTensor()]);
  const told = await importModel(file, { ...known, transform });
  assert.equal(told.assumedTransform, false);
  assert.deepEqual(told.card.transform, transform.toJSON());
  assert.deepEqual(told.card.inputShape, [1, 28, 28]);
});

test('a file that wick exported says itself what it is, and options may not contradict it', async (t) => {
  const { state, path, folder } = await weightsOf(t);
  const weights = join(folder, 'w.npz');
  const file = join(folder, 'e.safetensors');
  await saveNpz(weights, state);
  const transform = new Compose([new CenterCrop(64), new ToTensor()]);
  const classes = ['cat', 'dog', 'fish'];
  const known = { model: 'shufflenet_v2_x0_5', classes, transform, imageSize: 64 };
  const first = await importModel(weights, { ...known, path });
  await exportRun(path, { path: file });
  const again = join(folder, 'again.wick');
  const { card, parameters, assumedTransform } = await importModel(file, { path: again });
  assert.deepEqual([card, parameters, assumedTransform], [first.card, first.parameters, false]);
  assert.deepEqual(await readFile(again), await readFile(path));
  const licensed = await importModel(file, { ...known, path: again, license: 'MIT' });
  assert.deepEqual(licensed.card, { ...first.card, license: 'MIT' });

  for (const [options, said] of [
    [
      { model: 'resnet18' },
      /^importModel: model=resnet18 contradicts .*e\.safetensors, which says shufflenet_v2_x0_5 of itself; leave it out$/,
    ],
    [
      { classes: ['a', 'b', 'c'] },
      /classes='a', 'b', 'c' contradicts .* says 'cat', 'dog', 'fish' of/,
    ],
    [{ imageSize: 32 }, /imageSize=32 contradicts .* says 64 of/],
    [{ inChannels: 1 }, /inChannels=1 contradicts .* says 3 of/],
    [{ transform: new ToTensor() }, /transform='.*ToTensor.*' contradicts .* says '.*CenterCrop/],
  ] as const)
    await assert.rejects(importModel(file, { ...options, path: again }), { message: said });
  await assert.rejects(importModel(path, { path: again }), {
    name: 'CheckpointError',
    message: /m\.wick: is a model file already; wick predict, .* take it as it is$/,
  });
});

test('what does not fit is refused, with the nearest keys, and nothing is written', async (t) => {
  const { state, file, path } = await weightsOf(t);
  const refused = (options: object, error: object) =>
    assert.rejects(importModel(file, { model: 'shufflenet_v2_x0_5', path, ...options }), error);
  await saveTorch(file, state);
  await refused(
    {},
    { name: 'ValueError', message: /the weights have 3 classes, whose names are / },
  );
  await refused({ classes: ['a'] }, { message: /classes names 1 classes, the weights have 3$/ });
  await refused(
    { classes: ['a', 'b', 'a'] },
    { message: /^importModel: field 'classes\.2': .* names a class twice/ },
  );
  await refused({ model: 'resnet81' }, { message: /is no network; did you mean resnet18\?$/ });
  await refused(
    { model: 'resnet18' },
    {
      name: 'CheckpointError',
      message: /w\.pth: does not fit resnet18:[\s\S]*'layer1\.0\.conv1\.weight'/,
    },
  );
  const renamed = new Map(
    [...state].map(([key, value]) => [key.replace('conv1', 'conv_1'), value]),
  );
  await saveTorch(file, renamed);
  await refused({}, { message: /'conv1\.0\.weight' \(near: 'conv_1\.0\.weight'\)/ });
  await saveTorch(file, new Map([...state, ['fc.weight', zeros([500_000, 1])]]));
  await refused({}, { name: /Error$/, message: /memory|does not fit/ });
  const first = [...state][0]?.[1] ?? zeros([1]);
  first.data[0] = Number.NaN;
  await saveTorch(file, state);
  await refused(
    { classes: ['a', 'b', 'c'] },
    { name: 'CheckpointError', message: /w\.pth: tensor 'conv1\.0\.weight' holds NaN or ∞$/ },
  );
  assert.ok(!existsSync(path));
});
