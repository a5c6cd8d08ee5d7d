import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataLoader } from '../../src/data/dataloader.js';
import { batchRng } from '../../src/data/streams.js';
import { TensorDataset } from '../../src/data/tensor-dataset.js';
import { rand, tensor } from '../../src/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { MixUp } from '../../src/vision/transforms/mix-up.js';
import { NoiseDataset } from './noise-dataset.js';

const mixUp = new MixUp({ numClasses: 3 });

test('a batch transform changes collated batches by numbers of the batch alone', async () => {
  const x = rand([7, 1, 2, 2]);
  const y = tensor([0, 1, 2, 0, 1, 2, 0], { dtype: 'int32' });
  const load = (options: object) =>
    new DataLoader(new TensorDataset(x, y), { batchSize: 4, seed: 9, ...options });
  for (const reuseMemory of [false, true]) {
    const mixed = load({ batchTransform: mixUp, reuseMemory });
    for (let epoch = 0; epoch < 2; epoch++) {
      let batch = 0;
      const plain = load({})[Symbol.asyncIterator]();
      for await (const pair of mixed) {
        const [images, labels] = pair as readonly Tensor[];
        const [before, classes] = (await plain.next()).value as readonly Tensor[];
        assert.ok(images && labels && before && classes);
        const expected = mixUp.apply(
          { images: before, labels: classes },
          batchRng(9, epoch, batch++),
        );
        assert.deepEqual([...images.data], [...expected.images.data]);
        assert.deepEqual([...labels.data], [...expected.labels.data]);
        assert.deepEqual(labels.shape, [before.size(0), 3]);
      }
      assert.equal(batch, 2);
    }
  }
});

test('it is for pairs of pictures and labels, and goes without collate', async () => {
  const samples = new NoiseDataset({ length: 4 });
  assert.throws(() => new DataLoader(samples, { batchTransform: mixUp, collate: (list) => list }), {
    name: 'ValueError',
    message: 'DataLoader: collate excludes batchTransform; apply it in collate',
  });
  const alone = new DataLoader(new TensorDataset(rand([2, 1, 2, 2])), { batchTransform: mixUp });
  await assert.rejects(alone[Symbol.asyncIterator]().next(), {
    name: 'ValueError',
    message: /^DataLoader: batchTransform takes batches of pictures and labels; /,
  });
});
