/** Files of torch.onnx.export, with PyTorch's own logits. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  compile,
  io,
  manualSeed,
  nn,
  noGrad,
  optim,
  type Tensor,
  tensor,
  vision,
} from '../../../src/index.js';
import { frozenPartOf } from '../../../src/train/frozen-part.js';
import { put, temporaryFolder } from '../../vision/datasets/temporary-folder.js';

interface Golden {
  readonly file: string;
  readonly hundredths: readonly number[];
  readonly shape: readonly number[];
  readonly logits: readonly number[];
  readonly keys: readonly string[];
}

const goldens: Readonly<Record<string, Golden>> = JSON.parse(
  readFileSync(join('test', 'goldens', 'onnx-files.json'), 'utf8'),
);

async function load(t: TestContext, name: string) {
  const golden = goldens[name] as Golden; // a test that names another fails
  const path = await put(await temporaryFolder(t), 'm.onnx', Buffer.from(golden.file, 'base64'));
  const images = tensor(golden.hundredths.map((x) => x / 100)).reshape(golden.shape);
  return { model: await io.loadOnnx(path), images, golden };
}

function assertClose(given: Tensor, wanted: readonly number[]): void {
  const largest = Math.max(...wanted.map(Math.abs));
  given.data.forEach((x, i) => {
    const difference = Math.abs(x - (wanted[i] ?? Number.NaN));
    assert.ok(difference <= 1e-5 * largest, `logit ${i}: ${x}, PyTorch has ${wanted[i]}`);
  });
}

for (const [name] of Object.entries(goldens))
  test(`${name}: PyTorch's logits, for one picture too`, async (t) => {
    const { model, images, golden } = await load(t, name);
    model.eval();
    assertClose(
      noGrad(() => model(images)),
      golden.logits,
    );
    const classes = golden.logits.length / images.size(0);
    assertClose(
      noGrad(() => model(images.narrow(0, 1, 1))),
      golden.logits.slice(classes),
    );
    assert.deepEqual(model.info.inputShape.slice(1), images.shape.slice(1));
  });

for (const name of ['mixed 17', 'attention 17'])
  test(`${name}: compiled, and written as ONNX again, it is the same`, async (t) => {
    const { model, images, golden } = await load(t, name);
    model.eval();
    const compiled = compile((x: Tensor) => noGrad(() => model(x)));
    for (let call = 0; call < 2; call++) assertClose(compiled(images), golden.logits);
    const path = join(await temporaryFolder(t), 'again.onnx');
    const [channels = 0, height = 0, width = 0] = images.shape.slice(1);
    await io.exportOnnx(model, { path, inputShape: [channels, height, width] });
    const again = (await io.loadOnnx(path)).eval();
    assertClose(
      noGrad(() => again(images)),
      golden.logits,
    );
  });

test('a file that was not folded has the layers and the state dict of the model', async (t) => {
  const { model, golden } = await load(t, 'residual 13 unfolded');
  const keys = [...model.stateDict().keys()];
  assert.deepEqual(keys.toSorted(), golden.keys.toSorted());
  const norm = model.getSubmodule('bn1');
  assert.ok(norm instanceof nn.BatchNorm2d);
  assert.equal(norm.eps, Math.fround(1e-3));
  assert.equal(norm.momentum, 0.05);
  assert.ok(model.getSubmodule('conv1') instanceof nn.Conv2d);
  assert.ok(model.getSubmodule('fc') instanceof nn.Linear);
});

test('it can be trained, with another head', async (t) => {
  manualSeed(0);
  const { model, images } = await load(t, 'residual 13 unfolded');
  const head = vision.models.replaceHead(model, 2);
  assert.equal(model.getSubmodule('fc'), head);
  const before = (model.stateDict().get('bn1.running_mean') as Tensor).data.slice();
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
  const losses: number[] = [];
  for (let step = 0; step < 12; step++) {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model(images), tensor([0, 1], { dtype: 'int32' }));
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
  assert.ok((losses.at(-1) ?? 1) < 0.3 * (losses[0] ?? 0), losses.join(' '));
  for (const [key, parameter] of model.namedParameters()) assert.ok(parameter.grad, key);
  assert.notDeepEqual(model.stateDict().get('bn1.running_mean')?.data, before);
});

test('frozen but for its head, its head alone learns, on the features of one pass too', async (t) => {
  manualSeed(0);
  const { model, images, golden } = await load(t, 'residual 17');
  vision.models.replaceHead(nn.freeze(model), 2);
  const trained = model.namedParameters().filter(([, { requiresGrad }]) => requiresGrad);
  assert.deepEqual(
    trained.map(([key]) => key),
    ['fc.weight', 'fc.bias'],
  );
  const part = frozenPartOf(model, golden.shape.slice(1));
  assert.ok(part);
  const logits = noGrad(() => model(images));
  const again = await part.withFeatures(async (features) =>
    noGrad(() => part.tail(features(images))),
  );
  assert.deepEqual(again.data, logits.data);
});

test('weights outside of layers are trained under their own names', async (t) => {
  const { model, images } = await load(t, 'attention 17');
  const names = model.namedParameters().map(([key]) => key);
  for (const name of ['token', 'position', 'table', 'proj.weight', 'head.bias'])
    assert.ok(names.includes(name), `${name} of ${names}`);
  model(images).sum().backward();
  for (const [key, parameter] of model.namedParameters()) assert.ok(parameter.grad, key);
});
