import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataLoader } from '../../src/data/dataloader.js';
import { TensorDataset } from '../../src/data/tensor-dataset.js';

/** 4 MiB a batch. */
const dataset = new TensorDataset({
  shape: [64, 2 ** 16],
  dtype: 'float32',
  data: new Float32Array(2 ** 22),
});

for (const numWorkers of [0, 2])
  test(`memory stays flat over epochs (${numWorkers} workers)`, async () => {
    const loader = new DataLoader(dataset, { batchSize: 16, numWorkers, persistentWorkers: true });
    const epochs = async (count: number) => {
      for (let epoch = 0; epoch < count; epoch++)
        for await (const [x] of loader) assert.equal(x.numel(), 2 ** 20);
      return process.memoryUsage().rss;
    };
    const before = await epochs(20); // 320 MiB
    const after = await epochs(80); // 1,280 MiB more
    await loader.close();
    assert.ok(
      after - before < 150 * 2 ** 20,
      `grew by ${Math.round((after - before) / 2 ** 20)} MiB`,
    );
  });
