/** Every setting changes what it should: a row for each, beside those of optimizers and schedules, which have their own tests. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import '../../src/ops/index.js';
import type { Dataset } from '../../src/data/dataset.js';
import { settingKeys } from '../../src/recipes/settings/keys.js';
import { resolveSettings } from '../../src/recipes/settings/resolve.js';
import type { SettingsLayer } from '../../src/recipes/settings/schema.js';
import { train } from '../../src/runs/train.js';
import { makeLoader } from '../../src/runs/train-task.js';
import type { Callback } from '../../src/train/callback.js';
import { ThreadDataset } from '../data/noise-dataset.js';
import { withoutNarrow } from '../engine/native/machine.js';
import { fillFolder } from '../recipes/picture-folder.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { losses, rows, type Seen } from './settings-rows.js';

const usual: SettingsLayer = {
  data: { limit: 40 },
  epochs: 2,
  batchSize: 16,
  optimizer: { lr: 0.01 },
  seed: 3,
};

async function see(t: TestContext, layer: SettingsLayer, data = 'digits'): Promise<Seen> {
  const out = join(await temporaryFolder(t), 'run');
  const saved: number[] = [];
  let calls = 0;
  const callback: Callback = {
    onFitStart: ({ model }) => void model.registerForwardPreHook(() => void calls++),
    onStep({ globalStep }) {
      if (existsSync(join(out, 'checkpoints', 'state.safetensors'))) saved.push(globalStep);
    },
  };
  const trained = await train(data, {
    ...usual,
    ...layer,
    out,
    callbacks: [callback],
    report: false,
  });
  const steps = (await trained.run.readLog('steps.jsonl')) as unknown as Seen['steps'];
  const config = JSON.parse(await readFile(trained.run.file('config.json'), 'utf8'));
  return { ...trained, steps, config, saved, calls };
}

const weightsOf = ({ run }: Seen) => readFile(run.checkpoint('last'), 'base64');

let plain: Seen;
before(async (t) => {
  plain = await see(t as TestContext, {});
});

for (const [key, layer, check] of rows)
  test(`${key} ${JSON.stringify(layer)}`, async (t) => await check(await see(t, layer), plain));

test('precision "bfloat16"', { skip: withoutNarrow }, async (t) => {
  const found = losses(await see(t, { precision: 'bfloat16' }));
  const near = losses(plain).map((loss, i) => Math.abs(loss / (found[i] ?? Number.NaN) - 1));
  assert.ok(Math.max(...near) < 0.1 && Math.max(...near) > 1e-5, `${near}`);
});

test('loader.workers and loader.prefetchFactor: threads, and how far they are ahead', async () => {
  for (const [workers, prefetchFactor] of [
    [0, 2],
    [1, 1],
    [2, 3],
  ] as const) {
    const settings = resolveSettings({ batchSize: 1, loader: { workers, prefetchFactor } });
    const dataset = new ThreadDataset();
    const loader = makeLoader(dataset as unknown as Dataset, settings, null, true);
    const threads = new Set<number>();
    let taken = 0;
    for await (const [thread] of loader) {
      threads.add(thread.item());
      taken++;
      const ahead = Math.min(dataset.length, taken + workers * prefetchFactor);
      // While one batch is looked at the next is asked for, and no more.
      while (taken < 4 && (dataset.made[0] ?? 0) < ahead) await setTimeout(5);
      assert.ok((dataset.made[0] ?? 0) <= ahead, `${dataset.made[0]} of at most ${ahead}`);
    }
    await loader.close();
    assert.equal(threads.size, Math.max(workers, 1));
    assert.equal(threads.has(0), workers === 0);
  }
});

test('settings of files: where they lie, their size, what a damaged one does, where they are kept', async (t) => {
  const root = await temporaryFolder(t);
  const photos = join(root, 'photos');
  await fillFolder(photos, { green: 10, red: 10 });
  await readdir(photos);
  const { config, summary } = await see(
    t,
    {
      data: { path: photos, imageSize: 8, cache: 'ram', onError: 'skip' },
    },
    'folder',
  );
  const { data } = config.settings as { readonly data: Record<string, unknown> };
  assert.deepEqual(data, {
    path: photos,
    limit: null,
    imageSize: 8,
    cache: 'ram',
    onError: 'skip',
  });
  assert.equal(summary.epochs, 2);
});

test('rollbacks go back before they give up', async (t) => {
  const notes: string[] = [];
  const wild: SettingsLayer = {
    optimizer: { name: 'sgd', lr: 1e6 },
    rollbacks: 2,
    checkpoints: { everySteps: 1 },
  };
  const out = join(await temporaryFolder(t), 'run');
  const callbacks = [{ onNote: (text: string) => void notes.push(text) }];
  await assert.rejects(train('digits', { ...usual, ...wild, out, callbacks, report: false }), {
    name: 'NotFiniteError',
  });
  assert.equal(notes.filter((note) => /halved/.test(note)).length, 2, notes.join('\n'));
});

/** Settings whose effect is tested elsewhere. */
const elsewhere: Readonly<Record<string, RegExp>> = {
  'test/recipes/settings/optimizers.test.ts': /^optimizer\.(?!name)/,
  'test/recipes/settings/schedules.test.ts': /^schedule\.(?!name)/,
  'test/runs/pretrained.test.ts': /^model\.(pretrained|features|views)$/,
  'test/runs/fine-tune.test.ts': /^model\.fineTune\./,
  'test/runs/train-task.test.ts': /^(data\.onError|loss\.classWeights\.power)$/,
  'test/runs/training-steps.test.ts': /^loss\.targetThreshold$/,
  'test/runs/resume.test.ts': /^checkpoints\.keep/,
  above: /^(data\.(path|imageSize|cache)|rollbacks|precision|loader\.prefetchFactor)$/,
};

test('no setting is without a test', () => {
  const tested = new Set(rows.map(([key]) => key));
  const missing = settingKeys()
    .map(({ key }) => key)
    .filter((key) => !tested.has(key))
    .filter((key) => !Object.values(elsewhere).some((pattern) => pattern.test(key)));
  assert.deepEqual([...new Set(missing)], []);
});

test('config.json of a run repeats it to the bit', async (t) => {
  const first = await see(t, {
    schedule: 'cosine',
    warmup: 1,
    mixup: 0.5,
    ema: true,
    split: { val: 0.2 },
  });
  const again = await see(t, JSON.parse(JSON.stringify(first.config.settings)));
  assert.equal(await weightsOf(again), await weightsOf(first));
  assert.deepEqual(again.config.settings, first.config.settings);
});
