/** ONNX files as models: imported, used, trained on. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { exportOnnx } from '../../src/export/export-onnx.js';
import { loadOnnx, loadSafetensors, saveSafetensors } from '../../src/io/index.js';
import type { ModelProto, NodeProto } from '../../src/io/onnx/proto.js';
import { encodeModel } from '../../src/io/onnx/protobuf.js';
import { saveTorch } from '../../src/io/save-torch.js';
import { exportRun, importModel, TrainedModel, train } from '../../src/runs/index.js';
import { ModelFile } from '../../src/runs/model-file.js';
import { readStoredCard } from '../../src/runs/model-source.js';
import { networkOfStored } from '../../src/runs/stored-network.js';
import { tensor } from '../../src/tensor/creation.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { noGrad } from '../../src/tensor/grad-mode.js';
import { cifar_resnet20 } from '../../src/vision/models/cifar-resnet.js';
import { mnistCnn } from '../../src/vision/models/mnist-cnn.js';
import { Compose } from '../../src/vision/transforms/compose.js';
import { Normalize } from '../../src/vision/transforms/normalize.js';
import { Resize } from '../../src/vision/transforms/resize.js';
import { ToTensor } from '../../src/vision/transforms/to-tensor.js';
import { colored, fillFolder } from '../recipes/picture-folder.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';

const transform = new Compose([new Resize([8, 8]), new ToTensor(), new Normalize(0.4, 0.3)]);
const classes = ['green', 'red', 'blue'];

/** A residual network in a file that says its classes and transform. */
async function exported(t: TestContext, said = { classes, transform }) {
  manualSeed(3);
  const folder = await temporaryFolder(t);
  const file = join(folder, 'net.onnx');
  const model = cifar_resnet20({ numClasses: 3 }).eval();
  await exportOnnx(model, { path: file, inputShape: [3, 8, 8], ...said });
  return { folder, file, model, path: join(folder, 'net.wick') };
}

const goldens: Readonly<
  Record<string, { file: string; hundredths: number[]; shape: number[]; logits: number[] }>
> = JSON.parse(readFileSync(join('test', 'goldens', 'onnx-files.json'), 'utf8'));

test('a file of exportOnnx says its classes, inputs and transform itself', async (t) => {
  const { file, path, model, folder } = await exported(t);
  const { card, assumedTransform, notes } = await importModel(file, { path, license: 'MIT' });
  assert.deepEqual(card.classes, classes);
  assert.deepEqual(card.inputShape, [3, 8, 8]);
  assert.deepEqual(card.transform, transform.toJSON());
  assert.deepEqual([assumedTransform, notes, card.license], [false, [], 'MIT']);
  const loaded = await TrainedModel.load(path);
  const { input } = await loaded.prepare(await colored('red', 12, 1));
  const [given, wanted] = [await loaded.logits(input), noGrad(() => model(input))];
  wanted.data.forEach((x, k) => {
    assert.ok(Math.abs(x - (given.data[k] ?? 0)) < 1e-4, `${given.data} is not ${wanted.data}`);
  });
  const again = join(folder, 'again.onnx');
  await exportRun(path, { path: again });
  const [once, twice] = [await loadOnnx(file), await loadOnnx(again)];
  assert.equal(twice.parameters().length, once.parameters().length);
  assert.deepEqual({ ...twice.info.metadata }, { ...once.info.metadata });
});

for (const name of ['residual 9', 'residual 13 unfolded', 'mixed 11', 'mixed 17', 'attention 17'])
  test(`${name}: as a model it has PyTorch's logits`, async (t) => {
    const golden = goldens[name];
    assert.ok(golden);
    const folder = await temporaryFolder(t);
    const file = await put(folder, 'm.onnx', Buffer.from(golden.file, 'base64'));
    const path = join(folder, 'm.wick');
    const [, , imageSize] = golden.shape;
    const count = golden.logits.length / (golden.shape[0] ?? 1);
    const names = Array.from({ length: count }, (_, i) => `class ${i}`);
    const { card } = await importModel(file, { path, classes: names, imageSize });
    assert.deepEqual(card.inputShape, golden.shape.slice(1));
    const { model } = await TrainedModel.load(path);
    const images = tensor(golden.hundredths.map((x) => x / 100)).reshape(golden.shape);
    const largest = Math.max(...golden.logits.map(Math.abs));
    noGrad(() => model(images)).data.forEach((x, i) => {
      assert.ok(Math.abs(x - (golden.logits[i] ?? 0)) <= 1e-5 * largest, `logit ${i}: ${x}`);
    });
  });

test('options may not contradict the file, and say what it leaves out', async (t) => {
  const { file, path, folder, model } = await exported(t);
  const fails = (options: object, message: RegExp) =>
    assert.rejects(importModel(file, { path, ...options }), { name: 'ValueError', message });
  await fails({ model: 'resnet18' }, /model='resnet18', but an ONNX file holds its own network/);
  await fails(
    { classes: ['a', 'b', 'c'] },
    /classes=.* contradicts .*net\.onnx, which says 'green'/,
  );
  await fails({ imageSize: 16 }, /imageSize=16 contradicts .*, which says 8/);
  await fails({ inChannels: 1 }, /inChannels=1 contradicts .*, which says 3/);
  await fails({ transform: new ToTensor() }, /transform=.* contradicts/);
  const bare = join(folder, 'bare.onnx');
  await exportOnnx(model, { path: bare, inputShape: [3, 8, 8] });
  await assert.rejects(importModel(bare, { path }), /the weights have 3 classes, whose names/);
  const told = await importModel(bare, { path, classes, transform });
  assert.deepEqual([told.assumedTransform, told.card.classes], [false, classes]);
  assert.equal((await importModel(bare, { path, classes })).assumedTransform, true);
  await assert.rejects(TrainedModel.load(bare), /is a network of ONNX; wick import FILE/);
});

const dim = (...sizes: (number | string)[]) =>
  sizes.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
const weights = Float32Array.from({ length: 12 * 2 }, (_, i) => Math.sin(i));
const gemm: NodeProto = { opType: 'Gemm', input: ['flat', 'w'], output: ['logits'] };

/** Pictures of 3×2×2 pixels → two logits, and what comes after. */
function small(after: readonly NodeProto[], sizes = dim('n', 3, 2, 2)): ModelProto {
  const output = after.at(-1)?.output?.[0] ?? 'logits';
  return {
    opsetImport: [{ version: 17 }],
    graph: {
      node: [{ opType: 'Flatten', input: ['x'], output: ['flat'] }, gemm, ...after],
      initializer: [
        { name: 'w', dims: [12, 2], dataType: 1, rawData: new Uint8Array(weights.buffer) },
      ],
      input: [{ name: 'x', type: { tensorType: { elemType: 1, shape: { dim: sizes } } } }],
      output: [{ name: output }],
    },
  };
}

async function importSmall(t: TestContext, model: ModelProto) {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'm.wick');
  const file = await put(folder, 'm.onnx', await encodeModel(model));
  return { ...(await importModel(file, { path, classes: ['a', 'b'] })), path };
}

test('a softmax at the end is left out, of single numbers too', async (t) => {
  for (const opType of ['Softmax', 'LogSoftmax']) {
    const node = { opType, input: ['logits'], output: ['p'] };
    const { notes, path } = await importSmall(t, small([node]));
    assert.match(notes.join(), /ends in softmax, which is left out/);
    const { model } = await TrainedModel.load(path);
    const ones = tensor(new Float32Array(12).fill(1)).reshape([1, 3, 2, 2]);
    const sums = [0, 1].map((k) => weights.reduce((sum, w, i) => sum + (i % 2 === k ? w : 0), 0));
    const given = [...noGrad(() => model(ones)).data];
    for (const k of [0, 1])
      assert.ok(Math.abs((given[k] ?? 0) - (sums[k] ?? 0)) < 1e-5, `${given}`);
  }
});

test('what does not classify batches of pictures is refused by name', async (t) => {
  const fails = async (model: ModelProto, message: RegExp) =>
    assert.rejects(importSmall(t, model), { name: 'CheckpointError', message });
  await fails(small([], dim('n', 12)), /takes inputs \[any, 12\]; \[N, C, H, W\] is required/);
  await fails(
    small([], dim('n', 2, 2, 3)),
    /of 2 channels, 1 or 3 are required; channels have to come/,
  );
  const reshape = { opType: 'Reshape', input: ['logits', 'shape'], output: ['one'] };
  const one: ModelProto = small([reshape], dim(1, 3, 2, 2));
  const shape = {
    name: 'shape',
    dims: [2],
    dataType: 7,
    rawData: new Uint8Array(BigInt64Array.of(1n, 2n).buffer),
  };
  const initializer = [...(one.graph?.initializer ?? []), shape];
  await fails(
    { ...one, graph: { ...one.graph, initializer } },
    /does not run on inputs \[2,3,2,2\].*dynamic_axes/,
  );
  const mean = {
    opType: 'ReduceMean',
    input: ['logits'],
    output: ['m'],
    attribute: [{ name: 'axes', ints: [0], type: 7 }],
  };
  const axes = { name: 'axes', ints: [0], type: 7 };
  const ofBatch = { opType: 'ReduceMean', input: ['logits'], output: ['m'], attribute: [axes] };
  const apart = { opType: 'Sub', input: ['logits', 'm'], output: ['apart'] };
  await fails(small([ofBatch, apart]), /gives a picture other logits in a batch than alone/);
  const { graph } = small([]);
  const nan = { name: 'w', dims: [12, 2], dataType: 1, rawData: new Uint8Array(96).fill(255) };
  await fails(
    { ...small([]), graph: { ...graph, initializer: [nan] } },
    /tensor 'w' holds NaN or ∞/,
  );
  await fails(small([mean]), /gives \[1,2\] for one picture and \[1,2\] for two/);
  const said = (key: string, value: string): ModelProto => ({
    ...small([]),
    metadataProps: [{ key, value }],
  });
  await fails(said('classes', '{"a": 1}'), /'classes' that are no JSON list/);
  await fails(said('classes', '["a"'), /its metadata 'classes' is no JSON/);
  await fails(said('transform', '{"name": "Nothing"}'), /its metadata 'transform' is none \(/);
});

test('a run that starts from it trains its head, then all of it, and holds all of it', async (t) => {
  const { file, path, folder } = await exported(t);
  await importModel(file, { path });
  await fillFolder(join(folder, 'photos/train'), { green: 8, red: 8 });
  await fillFolder(join(folder, 'photos/test'), { green: 4, red: 4 });
  const start = { pretrained: path, fineTune: 3 };
  const { run, summary } = await train(join(folder, 'photos'), {
    model: start,
    optimizer: { lr: 1e-3 },
    loader: { workers: 0 },
    batchSize: 8,
    epochs: 2,
    seed: 1,
    report: false,
    out: join(folder, 'run'),
  });
  const loaded = await TrainedModel.load(run);
  assert.deepEqual(loaded.card.classes, ['green', 'red']);
  assert.deepEqual(loaded.card.inputShape, [3, 8, 8]);
  assert.deepEqual(loaded.card.transform, transform.toJSON());
  assert.equal(summary.last?.heldOut.accuracy, 1);
  const { predictions } = await loaded.predict(await colored('red', 12, 2));
  assert.equal(predictions[0]?.label, 'red');
  const before = (await loadSafetensors(path)).tensors;
  const after = (await loadSafetensors(run.checkpoint('last'))).tensors;
  const key = 'conv1.weight';
  assert.notDeepEqual(after.get(key)?.data, before.get(key)?.data);
  const json = await readFile(run.file('model.json'), 'utf8');
  assert.equal(JSON.parse(json).architecture.name, 'onnx');
});

test('a start that cannot be is refused before anything is read', async (t) => {
  const { file, path, folder } = await exported(t);
  await importModel(file, { path });
  const photos = await fillFolder(join(folder, 'photos'), { green: 8, red: 8 });
  const fails = (model: object, message: RegExp, data = {}) =>
    assert.rejects(train(photos, { model, data, seed: 1, out: join(folder, 'run') }), { message });
  await fails({ pretrained: file }, /is a network of ONNX; wick import FILE makes a model file/);
  await fails({ pretrained: path, name: 'resnet18' }, /is of 'onnx', but model='resnet18'/);
  await fails({ pretrained: path }, /imageSize=16, but the network takes 8/, { imageSize: 16 });
  const grey = join(folder, 'grey.wick');
  await saveTorch(join(folder, 'w.pth'), mnistCnn({ numClasses: 2 }).stateDict());
  const { card } = await importModel(join(folder, 'w.pth'), {
    model: 'mnistCnn',
    classes: ['a', 'b'],
    path: grey,
  });
  await fails({ pretrained: grey }, /takes pictures of 1 channel.*, these have 3/);
  const coded = join(folder, 'coded.wick');
  const code = { path: 'net.ts', sha256: '0'.repeat(64), gives: ['model'] };
  const { tensors } = await loadSafetensors(grey);
  await saveSafetensors(coded, tensors, { 'wick.model': JSON.stringify({ ...card, code }) });
  await fails({ pretrained: coded }, /was trained by code in 'net.ts', which does not travel/);
  await fails({ pretrained: join(folder, 'none.wick') }, /none\.wick: there is no such file/);
});

test('a description whose network does not run is refused with the file’s name, before it is used', async (t) => {
  const { file, path, folder } = await exported(t);
  const { card } = await importModel(file, { path });
  const { tensors } = await loadSafetensors(path);
  const text = JSON.stringify(card);
  const changed = join(folder, 'changed.wick');
  const fails = async (description: string, message: string) => {
    assert.notEqual(description, text);
    await saveSafetensors(changed, tensors, { 'wick.model': description });
    await assert.rejects(TrainedModel.load(changed), {
      name: 'CheckpointError',
      message: new RegExp(`changed\\.wick: field 'architecture': onnx: ${message}`),
    });
  };
  const [first = '', second = '', ...others] = text.split('"strides":{"ints":[1,1]}');
  const wide = '"strides":{"ints":[3,3]}'; // the shortcut beside it has other sizes then
  const misfit = [
    `${first}"strides":{"ints":[1,1]}${second}${wide}${others.shift()}`,
    ...others,
  ].join('"strides":{"ints":[1,1]}');
  const why =
    "given \\[1,3,8,8\\], it fails \\(onnx: the graph node 't\\d+' \\('Add'\\) does not take \\[1,16,\\d,\\d\\], \\[1,16,8,8\\] \\(add: .*\\); \\[1,3\\] is required";
  await fails(misfit, why);
  const photos = await fillFolder(join(folder, 'photos'), { green: 4, red: 4 });
  const startFails = (pretrained: string, message: RegExp) =>
    assert.rejects(train(photos, { model: { pretrained }, seed: 1, out: join(folder, 'run') }), {
      name: 'CheckpointError',
      message,
    });
  await startFails(changed, new RegExp(`changed\\.wick: field 'architecture': onnx: ${why}`));
  const relu = text.replace('"op":"Relu"', '"op":"Rule"');
  await fails(relu, "the graph op 'Rule' is not read");
  const stored = await readStoredCard(new ModelFile(changed)); // as wick summary and wick compare do
  assert.throws(() => networkOfStored(stored, null), {
    name: 'CheckpointError',
    message: /changed\.wick: field 'architecture': onnx: the graph op 'Rule' is not read/,
  });
  await startFails(changed, /changed\.wick: field 'architecture': onnx: the graph op 'Rule'/);
  const { output } = JSON.parse(text).architecture.options.graph;
  await fails(
    text.replace(`"output":"${output}"`, '"output":"t0"'),
    'given .*, it gives \\[1\\]; ',
  );
  const { path: headless } = await importSmall(t, small([]));
  await startFails(headless, /m\.wick: ends in no linear layer or convolution with weights of its/);
});
