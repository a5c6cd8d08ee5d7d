/** The recipes on CIFAR-10 in a short form: two epochs on pictures whose shade tells the class. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openTask } from '../../src/recipes/index.js';
import { train } from '../../src/runs/train.js';
import { CifarFast } from '../../src/vision/models/cifar-fast.js';
import { createModel } from '../../src/vision/models/registry.js';
import { cifarBatch } from '../vision/datasets/cifar-bytes.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';

/** 100 pictures to train on, 20 to test. */
async function tinyCifar(t: TestContext): Promise<string> {
  const root = await temporaryFolder(t);
  for (const batch of [1, 2, 3, 4, 5])
    await put(root, `data_batch_${batch}.bin`, cifarBatch(20, batch));
  await put(root, 'test_batch.bin', cifarBatch(20, 6));
  return root;
}

for (const recipe of ['cifar10', 'cifar10-lr', 'cifar10-fast'])
  test(`${recipe}: two epochs on a tiny slice learn something`, async (t) => {
    const path = await tinyCifar(t);
    const notes: string[] = [];
    const { summary } = await train(recipe, {
      data: { path },
      loader: { workers: 0 },
      epochs: 2,
      batchSize: 20,
      seed: 0,
      out: `${path}/run`,
      report: false,
      callbacks: [{ onNote: (text) => void notes.push(text) }],
      ...(recipe === 'cifar10-fast' && { optimizer: { lr: 0.03 } }), // a fiftieth of the batch
    });
    assert.equal(summary.epochs, 2);
    assert.deepEqual(
      notes.filter((text) => text.includes("(lint '")),
      [],
    );
    const { train: scores } = summary.last ?? {};
    assert.ok(scores && scores.accuracy > 0.2, `accuracy ${scores?.accuracy}`);
  });

test('cifar10-fast: the first layer is given what whitens the training pictures, other networks are left alone', async (t) => {
  const task = await openTask('cifar10-fast', { data: await tinyCifar(t), seed: 0 });
  const model = createModel(task.architecture);
  assert.ok(model instanceof CifarFast && task.prepare);
  const before = model.whiten.weight.toArray();
  await task.prepare(model);
  const first = model.whiten.weight.toArray();
  assert.notDeepEqual(first, before);
  await task.prepare(model);
  assert.deepEqual(model.whiten.weight.toArray(), first);
  await task.prepare(createModel({ name: 'lenet', options: { inChannels: 3 } }));
});

test('cifar10-fast: what is frozen is a part of its own network', async (t) => {
  const data = await tinyCifar(t);
  const frozen = async (model?: string) =>
    (await openTask('cifar10-fast', { data, seed: 0, ...(model && { model }) })).defaults.freeze;
  assert.deepEqual(await frozen(), { parts: ['whiten.bias'], afterEpochs: 3 });
  assert.equal(await frozen('lenet'), undefined);
});
