/** Parts that begin or cease to learn: which do in which epoch, eagerly, compiled, after a resume and after a rollback. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataLoader } from '../../src/data/dataloader.js';
import type { Dataset, Sample } from '../../src/data/dataset.js';
import * as nn from '../../src/nn/index.js';
import { Adam, paramGroups } from '../../src/optim/index.js';
import { manualSeed } from '../../src/tensor/generator.js';
import type { Callback } from '../../src/train/callback.js';
import { Freeze } from '../../src/train/callbacks/freeze.js';
import { Unfreeze } from '../../src/train/callbacks/unfreeze.js';
import { Trainer } from '../../src/train/trainer.js';
import type { TrainerState } from '../../src/train/trainer-state.js';
import { counterValues } from '../nn/counter-values.js';

const values = counterValues([12, 4], 5, -1, 1).data as Float32Array;

class Points implements Dataset {
  readonly length = 12;
  get(index: number): Sample {
    return [
      { shape: [4], dtype: 'float32', data: values.slice(index * 4, index * 4 + 4) },
      index % 2,
    ];
  }
}

/**
 * Trains a network whose body is frozen at first, in 3 steps an epoch; gives the names of what each epoch has changed, and the
 * state at its end, which a signal brings after step `until`.
 */
async function training(
  compile: boolean,
  epochs: number,
  resume?: TrainerState,
  until = Number.POSITIVE_INFINITY,
  parts: () => Callback = () => new Unfreeze({ 2: 'high', 3: '' }),
  isFrozen = true,
) {
  manualSeed(2);
  const model = new nn.Sequential({
    low: new nn.Sequential(new nn.Linear(4, 4), new nn.BatchNorm1d(4)),
    high: new nn.Linear(4, 4),
    head: new nn.Linear(4, 2),
  });
  if (isFrozen) nn.freeze(model, 'high');
  const groups = paramGroups(model, { lr: 0.01, rates: { head: 0.1 }, frozen: true });
  const optimizer = new Adam(groups);
  const changed: string[] = [];
  const names: string[][] = [];
  const notes: string[] = [];
  let before = new Map<string, string>();
  const state = () => new Map([...model.stateDict()].map(([key, t]) => [key, String(t.data)]));
  const loader = (shuffle: boolean) =>
    new DataLoader(new Points(), { batchSize: 4, shuffle, seed: 3 });
  let last: TrainerState | undefined;
  const abort = new AbortController();
  const trainer = new Trainer({
    model,
    optimizer,
    trainLoader: loader(true),
    testLoader: loader(false),
    epochs,
    compile,
    signal: abort.signal,
    callbacks: [
      parts(),
      {
        onNote: (text) => notes.push(text),
        onEpochStart: () => {
          before = state();
        },
        onEpoch: () => {
          const keys = [...state()].filter(([key, now]) => now !== before.get(key));
          changed.push([...new Set(keys.map(([key]) => key.split('.')[0]))].join());
          names.push(keys.map(([key]) => key));
        },
      },
      {
        onSafePoint: async ({ globalStep }) => {
          if (globalStep === until) abort.abort();
          const { model: weights, ...rest } = await trainer.stateDict();
          last = { ...rest, model: new Map([...weights].map(([key, t]) => [key, t.clone()])) };
        },
      },
    ],
  });
  await trainer.fit(resume === undefined ? {} : { resume });
  return { changed, names, notes, weights: state(), last };
}

for (const compile of [false, true])
  test(`parts learn from their epoch on, ${compile ? 'compiled' : 'eagerly'}`, async () => {
    const { changed, notes } = await training(compile, 3);
    assert.deepEqual(changed, ['head', 'high,head', 'low,high,head']);
    assert.deepEqual(notes, [
      'high is trained from epoch 2 on',
      'all of the network is trained from epoch 3 on',
    ]);
  });

test('a resumed training has unfrozen what was', async () => {
  const whole = await training(true, 4);
  const { last } = await training(true, 2);
  const { changed, weights } = await training(true, 4, last);
  assert.deepEqual(changed, ['low,high,head', 'low,high,head']);
  assert.deepEqual(weights, whole.weights);
});

test('one that is resumed within an epoch has unfrozen what was before it', async () => {
  const whole = await training(true, 4);
  const { last } = await training(true, 3, undefined, 8);
  assert.deepEqual([last?.facts.epoch, last?.facts.globalStep], [3, 8]);
  assert.deepEqual((await training(true, 4, last)).weights, whole.weights);
});

const freezing = () => new Freeze({ 2: 'high.bias', 3: ['low', 'high.weight'] });

for (const compile of [false, true])
  test(`parts learn until their epoch, ${compile ? 'compiled' : 'eagerly'}`, async () => {
    const { names, notes } = await training(compile, 3, undefined, undefined, freezing, false);
    const within = (part: string) => (name: string) => name.startsWith(part);
    const all = names[0] ?? [];
    assert.equal(all.filter(within('low')).length, 7, 'weights, and the statistics of batch norm');
    assert.deepEqual(all.filter(within('high')), ['high.weight', 'high.bias']);
    assert.deepEqual(
      names[1],
      all.filter((name) => name !== 'high.bias'),
    );
    assert.deepEqual(names[2], all.filter(within('head')));
    assert.deepEqual(notes, [
      'high.bias is frozen from epoch 2 on',
      'low is frozen from epoch 3 on',
      'high.weight is frozen from epoch 3 on',
    ]);
  });

test('a resumed training has frozen what was', async () => {
  const whole = await training(true, 4, undefined, undefined, freezing, false);
  const { last } = await training(true, 3, undefined, 8, freezing, false);
  assert.deepEqual([last?.facts.epoch, last?.facts.globalStep], [3, 8]);
  assert.deepEqual(
    (await training(true, 4, last, undefined, freezing, false)).weights,
    whole.weights,
  );
});

test('one that goes back to an earlier epoch has what that epoch had', () => {
  const model = new nn.Sequential({ low: new nn.Linear(4, 4), high: new nn.Linear(4, 2) });
  nn.freeze(model, 'low');
  const optimizer = new Adam(paramGroups(model, { lr: 0.01, frozen: true }));
  const note = () => undefined;
  const told = { model, optimizer, note } as unknown as Parameters<Unfreeze['onFitStart']>[0];
  const learns = () =>
    model.namedParameters().flatMap(([name, p]) => (p.requiresGrad ? [name] : []));
  const [thaw, stop] = [new Unfreeze({ 3: 'low.bias', 5: 'low' }), new Freeze({ 4: 'high' })];
  const seen = (epoch: number) => {
    for (const callback of [thaw, stop]) callback.onEpochStart({ epoch });
    return learns();
  };
  for (const callback of [thaw, stop]) callback.onFitStart(told);
  const before = thaw.stateDict();
  assert.deepEqual(seen(3), ['low.bias', 'high.weight', 'high.bias']);
  assert.deepEqual(seen(5), ['low.weight', 'low.bias']);
  thaw.loadStateDict(before);
  stop.loadStateDict({ data: { epoch: 0 } });
  assert.deepEqual(learns(), ['high.weight', 'high.bias']);
  assert.deepEqual(
    ['low', 'high'].map((path) => model.getSubmodule(path).isFrozen),
    [true, false],
  );
  assert.deepEqual(seen(5), ['low.weight', 'low.bias']);
});

test('what cannot be unfrozen is named', async () => {
  assert.throws(() => new Unfreeze({ 0: 'high' }), /epoch 0 must be a whole number/);
  const model = new nn.Sequential(nn.freeze(new nn.Linear(4, 4)), new nn.Linear(4, 2));
  const optimizer = new Adam(model.parameters().filter((p) => p.requiresGrad));
  const loader = new DataLoader(new Points(), { batchSize: 4 });
  const fit = (path: string) =>
    new Trainer({
      model,
      optimizer,
      trainLoader: loader,
      testLoader: loader,
      epochs: 1,
      callbacks: [new Unfreeze({ 1: path })],
    }).fit();
  await assert.rejects(fit('body'), /Sequential has no 'body'; it has 0, 1/);
  await assert.rejects(
    fit('0'),
    /Adam: a parameter \[4,4\] is in no group; make the optimizer of all parameters/,
  );
});
