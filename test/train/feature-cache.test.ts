/** A head that is trained on cached features learns what it learns when the whole model runs. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rng } from '../../src/core/rng.js';
import { DataLoader } from '../../src/data/dataloader.js';
import type { Dataset, Sample } from '../../src/data/dataset.js';
import * as nn from '../../src/nn/index.js';
import { Adam } from '../../src/optim/adam.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { computeFeatures, FeatureDataset, isDeterministic } from '../../src/train/feature-cache.js';
import { frozenPartOf } from '../../src/train/frozen-part.js';
import { Trainer } from '../../src/train/trainer.js';
import { cifar_resnet20 } from '../../src/vision/models/cifar-resnet.js';
import { replaceHead } from '../../src/vision/models/replace-head.js';
import { assertClose } from '../nn/close.js';
import { counterValues } from '../nn/counter-values.js';

const all = counterValues([22, 3, 8, 8], 9, -1, 1).data as Float32Array;

/** Pictures, as they are or with noise. */
class Pictures implements Dataset {
  readonly length = 22;
  readonly classes = ['a', 'b', 'c'];
  constructor(private readonly noise = 0) {}
  get(index: number, rng?: Rng): Sample {
    const data = all.slice(index * 192, (index + 1) * 192);
    if (this.noise > 0) data[0] = (rng?.uniform() ?? 0) * this.noise;
    return [{ shape: [3, 8, 8], dtype: 'float32', data }, index % 3];
  }
}

function makeModel() {
  manualSeed(3);
  const model = nn.freeze(cifar_resnet20());
  replaceHead(model, 3);
  return model;
}

async function trained(model: nn.Module, dataset: Dataset): Promise<unknown> {
  const optimizer = new Adam(
    model.parameters().filter((p) => p.requiresGrad),
    { lr: 0.01 },
  );
  const loader = (shuffle: boolean) => new DataLoader(dataset, { batchSize: 4, shuffle, seed: 1 });
  const trainer = new Trainer({
    model,
    optimizer,
    trainLoader: loader(true),
    testLoader: loader(false),
    epochs: 3,
  });
  const { last } = await trainer.fit();
  return [last?.train.loss, last?.heldOut.loss];
}

test('training on cached features equals training that runs the backbone each time', async () => {
  const plain = makeModel();
  const wanted = await trained(plain, new Pictures());
  const model = makeModel();
  const part = frozenPartOf(model, [3, 8, 8]);
  assert.ok(part !== null);
  let batches = 0;
  const loader = new DataLoader(new Pictures(), { batchSize: 5 });
  const features = await computeFeatures(part, [loader], () => {
    batches++;
    return true;
  });
  assert.ok(features !== null);
  assert.equal(batches, 5);
  const got = await trained(part.tail, features);
  assertClose(got as number[], wanted as number[], 1e-6, 'losses');
  for (const [key, tensor] of plain.stateDict())
    assertClose(model.stateDict().get(key) ?? [], Array.from(tensor.data), 1e-6, key);
  assert.ok(model.linear.weight.data.some((v, i) => v !== makeModel().linear.weight.data[i]));
});

test('views of augmented pictures: each epoch shows one of them, by the seed', async () => {
  const noisy = new Pictures(10);
  const part = frozenPartOf(makeModel(), [3, 8, 8]);
  assert.ok(part !== null);
  const loaders = [0, 1, 2].map((epoch) => {
    const loader = new DataLoader(noisy, { batchSize: 8, seed: 7 });
    loader.setEpoch(epoch);
    return loader;
  });
  const features = await computeFeatures(part, loaders);
  assert.ok(features instanceof FeatureDataset);
  const shown = async (seed: number) => {
    const loader = new DataLoader(features, { batchSize: 22, seed });
    const epochs: string[] = [];
    for (let epoch = 0; epoch < 8; epoch++)
      for await (const [x] of loader) epochs.push(String(x.at(0).data));
    return epochs;
  };
  const epochs = await shown(1);
  assert.equal(new Set(epochs).size, 3);
  assert.deepEqual(await shown(1), epochs);
  assert.notDeepEqual(await shown(2), epochs);
  const [x, y] = features.get(4);
  assert.deepEqual([x.shape, y, features.classes], [[64], 1, ['a', 'b', 'c']]);
});

test('a pass that is stopped midway gives nothing, and the model is in the mode that it was', async () => {
  const model = makeModel();
  const part = frozenPartOf(model, [3, 8, 8]);
  assert.ok(part !== null);
  const loader = new DataLoader(new Pictures(), { batchSize: 5 });
  assert.equal(await computeFeatures(part, [loader], () => false), null);
  assert.ok(model.linear.training && !model.layer1.training);
});

test('whether samples are random is seen by who asks for numbers', async () => {
  assert.equal(await isDeterministic(new Pictures()), true);
  assert.equal(await isDeterministic(new Pictures(1)), false);
});
