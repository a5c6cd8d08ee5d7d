import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { encodeSafetensors, saveSafetensors } from '../../src/io/safetensors.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import '../../src/ops/index.js';
import { Classifier } from '../../src/runs/classifier.js';
import { TrainedModel } from '../../src/runs/trained-model.js';
import { tensor } from '../../src/tensor/creation.js';
import { createModel } from '../../src/vision/models/registry.js';
import { colored } from '../recipes/picture-folder.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';

const card = {
  format: 'wick-model/1',
  architecture: { name: 'mnistCnn', options: { numClasses: 2, inChannels: 1, imageSize: 12 } },
  inputShape: [1, 12, 12],
  classes: ['a', 'b'],
  transform: { name: 'Compose', transforms: [{ name: 'Resize', size: 12 }, { name: 'ToTensor' }] },
};

/** A run of an untrained network, and a picture of 12 × 16 for it. */
async function makeRun(t: TestContext, change: object = {}) {
  const root = await temporaryFolder(t);
  const run = await RunFolder.create('x', join(root, 'run'));
  await run.write('model.json', { ...card, ...change });
  const model = createModel(card.architecture);
  const weights = run.checkpoint('best');
  await saveSafetensors(weights, model.stateDict());
  await put(root, 'p.png', await colored('red', 12, 1));
  return { run, model, weights, picture: join(root, 'p.png') };
}

const fits = {
  name: 'Compose',
  transforms: [{ name: 'CenterCrop', size: 12 }, { name: 'ToTensor' }],
};

test('probabilities of all classes add up to 1', async (t) => {
  const { run, picture } = await makeRun(t, { transform: fits });
  const { predictions } = await (await TrainedModel.load(run)).predict(picture, { top: 5 });
  assert.deepEqual(predictions.map((p) => p.label).sort(), ['a', 'b']);
  const sum = predictions.reduce((total, p) => total + p.probability, 0);
  assert.ok(Math.abs(sum - 1) < 1e-6);
});

test('a classifier tells of files and of bytes what the model tells, compiled', async (t) => {
  const { run, model, picture } = await makeRun(t, { transform: fits });
  const { predictions: expected } = await (await TrainedModel.load(run)).predict(picture);
  const calls = t.mock.method(Object.getPrototypeOf(model), 'forward').mock;
  const classifier = await Classifier.load(run.path);
  assert.deepEqual(classifier.classes, ['a', 'b']);
  calls.resetCalls();
  for (const source of [picture, await readFile(picture)]) {
    const found = await classifier.predict(source);
    found.forEach((prediction, i) => {
      assert.equal(prediction.label, expected[i]?.label);
      assert.ok(Math.abs(prediction.probability - (expected[i]?.probability ?? 0)) < 1e-5);
    });
  }
  assert.equal(calls.callCount(), 0, 'the plan is replayed, the layers are not run one by one');
  assert.equal((await classifier.predict(picture, { top: 1 })).length, 1);
  await assert.rejects(classifier.predict(picture, { top: 0 }), { name: 'ValueError' });
  await assert.rejects(classifier.predict(Buffer.from('no')), { name: 'DataError' });
});

test('weights that are not as the run wrote them are refused', async (t) => {
  const { run, model, weights } = await makeRun(t);
  const whole = await readFile(weights);
  const flipped = Buffer.from(whole);
  flipped.writeUInt8((whole.at(-9) ?? 0) ^ 4, whole.length - 9);
  await writeFile(weights, flipped);
  await assert.rejects(TrainedModel.load(run), {
    name: 'CheckpointError',
    message: new RegExp(`^${weights}: its content does not agree with its checksum: `),
  });

  const hidden = Buffer.from(whole);
  hidden.write('x', whole.indexOf('wick.sha256'));
  await writeFile(weights, hidden);
  await assert.rejects(TrainedModel.load(run), {
    name: 'CheckpointError',
    message: `${weights}: has no checksum, which all weights that wick writes have; it was changed, or written by an older version of wick`,
  });

  const [name, first] = [...model.stateDict()][0] ?? ['', tensor([0])];
  first.data[3] = Number.NaN;
  await writeFile(weights, Buffer.concat(await encodeSafetensors(model.stateDict())));
  await assert.rejects(TrainedModel.load(run), {
    name: 'CheckpointError',
    message: `${weights}: tensor '${name}' holds NaN or ∞: the training went wrong, and the model can be of no use`,
  });
});

test('a model.json that does not fit the weights is refused, whatever it asks for', async (t) => {
  const names = Array.from({ length: 3 }, (_, i) => `${i}`);
  const options = { numClasses: 3, inChannels: 1, imageSize: 12 };
  const more = { architecture: { name: 'mnistCnn', options }, classes: names };
  const other = await makeRun(t, more);
  await assert.rejects(TrainedModel.load(other.run), {
    name: 'CheckpointError',
    message: new RegExp(
      `^${other.weights}: does not fit model\\.json \\(MnistCNN: the state dict `,
    ),
  });

  const large = { ...card.architecture.options, imageSize: 8000 };
  const { run } = await makeRun(t, {
    architecture: { name: 'mnistCnn', options: large },
    inputShape: [1, 8000, 8000],
  });
  await assert.rejects(TrainedModel.load(run), {
    name: 'DataError',
    message: new RegExp(
      `^${run.file('model.json')}: field 'architecture': memory: .* MiB are asked `,
    ),
  });
  for (const [name, message] of [
    ['__proto__', "createModel: name='__proto__' must be one of mnistCnn, "],
    ['constructor', "createModel: name='constructor' must be one of mnistCnn, "],
  ]) {
    const { run } = await makeRun(t, { architecture: { name, options: { numClasses: 2 } } });
    await assert.rejects(TrainedModel.load(run), {
      name: 'DataError',
      message: new RegExp(`field 'architecture': ${message}`),
    });
  }
});

test('a transform that makes no input of the model is refused', async (t) => {
  const { run } = await makeRun(t, { transform: { name: 'Resize', size: 12 } });
  await assert.rejects(TrainedModel.load(run), {
    message: `${run.file('model.json')}: field 'transform': must make a tensor of a picture, by ToTensor`,
  });
  const none = await makeRun(t, { transform: { name: 'Resize', size: null } });
  await assert.rejects(TrainedModel.load(none.run), {
    message: `${none.run.file('model.json')}: field 'transform': Resize: size=null must be a whole number from 1 to 32768 or a pair of them`,
  });
  const wide = await makeRun(t);
  await assert.rejects((await TrainedModel.load(wide.run)).predict(wide.picture), {
    name: 'DataError',
    message: `${wide.picture}: becomes [1,12,16] by the model's transform, but the model takes [1,12,12]`,
  });
});

test('a probability is never NaN', async (t) => {
  const divide = { name: 'Normalize', mean: [0], std: [1e-6] };
  const transforms = [...fits.transforms, ...new Array(8).fill(divide)];
  const { run, weights, picture } = await makeRun(t, {
    transform: { name: 'Compose', transforms },
  });
  await assert.rejects((await TrainedModel.load(run)).predict(picture), {
    name: 'CheckpointError',
    message: `${weights}: gives NaN or ∞ instead of scores: the weights are damaged, or the transform in model.json makes such inputs`,
  });
});
