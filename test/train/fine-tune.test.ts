import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rng } from '../../src/core/rng.js';
import { DataLoader } from '../../src/data/dataloader.js';
import type { Dataset, Sample } from '../../src/data/dataset.js';
import { manualSeed } from '../../src/tensor/generator.js';
import type { Callback } from '../../src/train/callback.js';
import { type FineTuneOptions, fineTune } from '../../src/train/fine-tune.js';
import { cifar_resnet20 } from '../../src/vision/models/cifar-resnet.js';
import { counterValues } from '../nn/counter-values.js';

const noise = counterValues([24, 3, 8, 8], 9, -0.2, 0.2).data as Float32Array;

/** Pictures of three classes, each bright in a channel of its own; counts how often they are read. */
class Pictures implements Dataset {
  readonly length = 24;
  readonly classes = ['a', 'b', 'c'];
  reads = 0;
  get(index: number, _rng?: Rng): Sample {
    this.reads++;
    const data = noise.slice(index * 192, (index + 1) * 192);
    const channel = index % 3;
    for (let i = 0; i < 64; i++) data[channel * 64 + i] = (data[channel * 64 + i] ?? 0) + 1;
    return [{ shape: [3, 8, 8], dtype: 'float32', data }, channel];
  }
}

async function tuned(more: Partial<FineTuneOptions> = {}) {
  manualSeed(3);
  const model = cifar_resnet20({ numClasses: 3 });
  const start = new Map([...model.stateDict()].map(([key, { data }]) => [key, data.slice()]));
  const dataset = new Pictures();
  const notes: string[] = [];
  const lrs: number[] = [];
  const callback: Callback = {
    onNote: (text) => notes.push(text),
    onEpoch: ({ lr }) => {
      lrs.push(lr);
    },
  };
  const summary = await fineTune({
    model,
    trainLoader: new DataLoader(dataset, { batchSize: 8, shuffle: true, seed: 1 }),
    testLoader: new DataLoader(dataset, { batchSize: 8 }),
    ...{ headEpochs: 6, epochs: 2, lr: 1e-3, headLr: 0.03, callbacks: [callback] },
    ...more,
  });
  return { model, start, dataset, notes, lrs, summary };
}

test('the head learns on features that are computed once, then everything learns', async () => {
  const { model, start, dataset, notes, lrs, summary } = await tuned();
  // One look at the picture for its shape; features of both loaders; a batch that is measured first; two epochs, each measured.
  assert.equal(dataset.reads, 1 + 24 + 24 + 8 + 2 * (24 + 24));
  assert.equal(notes.length, 1);
  const [, percent] =
    /^phase 1 of 2: the head alone has learned for 6 epochs: accuracy ([\d.]+)%; now all /.exec(
      notes[0] ?? '',
    ) ?? [];
  assert.ok(Number(percent) > 60, notes[0]);
  assert.equal(lrs[0], 1e-3, "the head's rate is told");
  assert.equal(summary.epochs, 2);
  assert.ok((summary.best?.heldOut.accuracy ?? 0) > 0.6);
  const moved = (key: string) =>
    Math.max(
      ...[...(model.stateDict().get(key)?.data ?? [])].map((v, i) =>
        Math.abs(v - (start.get(key)?.[i] ?? 0)),
      ),
    );
  assert.ok(moved('conv1.weight') > 0);
  assert.ok(moved('layer3.2.conv2.weight') > 3 * moved('conv1.weight'), 'smaller steps below');
  for (const key of ['bn1.running_mean', 'layer3.2.bn2.running_var'])
    assert.equal(moved(key), 0, 'batch norm keeps its statistics');
  assert.ok(model.parameters().every(({ requiresGrad }) => requiresGrad));
});

test('before the second phase nothing but the head has changed', async () => {
  let before: ReadonlyMap<string, unknown> = new Map();
  const look: Callback = {
    onFitStart: ({ model }) => {
      before = new Map([...model.stateDict()].map(([key, { data }]) => [key, data.slice()]));
    },
  };
  const { start } = await tuned({ callbacks: [look], epochs: 1 });
  for (const [key, data] of start)
    if (key.startsWith('linear.')) assert.notDeepEqual(before.get(key), data, key);
    else assert.deepEqual(before.get(key), data, key);
});

test('a signal that comes while the head learns ends all', async () => {
  const controller = new AbortController();
  controller.abort();
  const { summary, notes } = await tuned({ signal: controller.signal });
  assert.equal(summary.steps, 0);
  assert.equal(summary.interrupted, true);
  assert.deepEqual(notes, []);
});
