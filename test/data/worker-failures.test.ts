import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ValueError, WickError } from '../../src/core/errors.js';
import { DataLoader } from '../../src/data/dataloader.js';
import { type Death, DyingDataset, deaths } from './dying-dataset.js';

// A promise that is rejected where nobody looks would fail these tests: the runner counts it as theirs.
for (const death of Object.keys(deaths) as Death[])
  test(`a worker that dies is an error that the loop throws, and nothing else: ${death}`, async () => {
    const dataset = new DyingDataset(death);
    const loader = new DataLoader(dataset, { numWorkers: 2, prefetchFactor: 4 });
    await assert.rejects(
      async () => {
        for await (const _ of loader) await sleep(1); // so slow that batches are asked of a dead worker
      },
      (error) => {
        assert.ok(error instanceof WickError);
        assert.match(
          error.message,
          /^DataLoader: worker [01] (crashed: |ended with exit code [07]$)/,
        );
        return true;
      },
    );
    await sleep(20);
  });

test('what cannot travel to a worker is refused with its reason', async () => {
  const dataset = new DyingDataset('process.exit(0)');
  dataset.workerSpec = () => ({ module: import.meta.url, name: 'x', argument: () => 1 });
  await assert.rejects(
    async () => {
      for await (const _ of new DataLoader(dataset, { numWorkers: 1 }));
    },
    (error) => {
      assert.ok(error instanceof WickError);
      assert.match(error.message, /^DataLoader: worker 0 cannot be started: .*could not be cloned/);
      return true;
    },
  );
});

test('a thousand workers are refused with the range', () => {
  const dataset = new DyingDataset('process.exit(0)');
  for (const numWorkers of [1000, -1, 1.5, Number.NaN])
    assert.throws(() => new DataLoader(dataset, { numWorkers }), {
      name: ValueError.name,
      message: `DataLoader: numWorkers=${numWorkers} must be a whole number from 0 to 256`,
    });
});
