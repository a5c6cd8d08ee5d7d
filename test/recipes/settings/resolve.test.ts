import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../../src/ops/index.js';
import { recipes } from '../../../src/recipes/index.js';
import { layerOf, parseAssignment } from '../../../src/recipes/settings/assignments.js';
import { describeSettings } from '../../../src/recipes/settings/describe.js';
import { resolveSettings } from '../../../src/recipes/settings/resolve.js';
import type { SettingsLayer } from '../../../src/recipes/settings/schema.js';

const set = (...texts: string[]) => layerOf(texts.map(parseAssignment));

test('the upper layer counts, setting by setting', () => {
  const recipe: SettingsLayer = {
    epochs: 5,
    optimizer: { name: 'sgd', lr: 0.01, momentum: 0.9 },
    schedule: { name: 'plateau', patience: 3, factor: 0.5 },
  };
  const { epochs, batchSize, optimizer, schedule } = resolveSettings(
    recipe,
    { optimizer: { lr: 0.1 } },
    set('schedule.patience=7', 'batchSize=8'),
  );
  assert.deepEqual([epochs, batchSize], [5, 8]);
  assert.deepEqual(optimizer, {
    name: 'sgd',
    lr: 0.1,
    momentum: 0.9,
    dampening: 0,
    weightDecay: 0,
    nesterov: false,
  });
  assert.equal(schedule?.name === 'plateau' && schedule.patience, 7);
  assert.equal(schedule?.name === 'plateau' && schedule.factor, 0.5);
});

test('another optimizer or schedule takes its own defaults, not what was chosen for the one before', () => {
  const recipe: SettingsLayer = {
    optimizer: { name: 'sgd', lr: 0.7, momentum: 0.9 },
    schedule: { name: 'step', stepSize: 3 },
  };
  const { optimizer, schedule } = resolveSettings(recipe, set('optimizer=adam', 'schedule=cosine'));
  assert.equal(optimizer.lr, 1e-3);
  assert.deepEqual(schedule, { name: 'cosine', per: null, tMax: null, etaMin: 0 });
  assert.equal(resolveSettings(recipe, set('optimizer=rmsprop')).optimizer.lr, 1e-2);
  assert.equal(resolveSettings(recipe, set('optimizer=sgd')).optimizer.lr, 0.7);
  const after = resolveSettings(recipe, set('optimizer.lr=0.2', 'optimizer=adam'));
  assert.deepEqual([after.optimizer.name, after.optimizer.lr], ['adam', 0.2]);
});

test('short forms of sections, and what switches them off', () => {
  const on = resolveSettings({
    data: './photos',
    model: 'resnet18',
    optimizer: 'adamw',
    schedule: 'oneCycle',
    warmup: 3,
    clip: 1,
    loss: { classWeights: 'auto' },
  });
  assert.equal(on.data.path, './photos');
  assert.equal(on.model.name, 'resnet18');
  assert.equal(on.optimizer.name, 'adamw');
  assert.equal(on.schedule?.name, 'oneCycle');
  assert.deepEqual(on.warmup, { epochs: 3, startFactor: 0.01 });
  assert.deepEqual(on.clip, { norm: 1, value: null });
  assert.deepEqual(on.loss.classWeights, { power: 1 });
  const off = resolveSettings(
    { schedule: 'cosine', warmup: 3, loss: { classWeights: 0.5 } },
    set('schedule=none', 'warmup=false', 'loss.classWeights=none'),
  );
  assert.deepEqual([off.schedule, off.warmup, off.loss.classWeights], [null, null, null]);
  assert.equal(resolveSettings(set('data.cache=none')).data.cache, 'none');
  assert.equal(resolveSettings(set('data.limit=none')).data.limit, null);
});

test('what is resolved says everything: resolved again, also from JSON, it is the same', () => {
  for (const { defaults } of recipes) {
    const settings = resolveSettings(defaults, { seed: 3, warmup: 2, clip: 1 });
    const json = JSON.parse(JSON.stringify(settings));
    assert.deepEqual(resolveSettings(json), settings);
    assert.deepEqual(resolveSettings({ schedule: 'cosine', optimizer: 'rmsprop' }, json), settings);
  }
});

test('a seed that nobody gives is drawn', () => {
  const { seed } = resolveSettings({});
  assert.ok(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32);
  assert.notEqual(seed, resolveSettings({}).seed);
});

test('in short: what is switched on, as it is by default or otherwise', () => {
  const settings = resolveSettings({ seed: 7, mixup: true, ema: true, earlyStopping: 5 });
  assert.equal(
    describeSettings(settings, 'test'),
    'adam lr 0.001, batches of 32, mixup, ema, earlyStopping.patience 5, seed 7',
  );
});

test('in short: what is not as usual', () => {
  const describe = (layer: SettingsLayer) =>
    describeSettings(resolveSettings({ seed: 7 }, layer), 'test');
  assert.equal(describe({}), 'adam lr 0.001, batches of 32, seed 7');
  assert.equal(
    describe({
      optimizer: { name: 'sgd', lr: 0.1, momentum: 0.9, nesterov: true },
      schedule: { name: 'cosine', etaMin: 0.001 },
      warmup: 2,
      loss: { labelSmoothing: 0.1 },
      batchSize: 128,
    }),
    'sgd lr 0.1, momentum 0.9, nesterov true, cosine etaMin 0.001, warm-up 2 epochs, batches of 128, loss.labelSmoothing 0.1, seed 7',
  );
  assert.equal(
    describe({ schedule: { name: 'plateau', patience: 3, factor: 0.5 } }),
    'adam lr 0.001, ×0.5 when the test loss stays for 3 epochs, batches of 32, seed 7',
  );
});
