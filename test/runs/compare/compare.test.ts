import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import '../../../src/ops/index.js';
import { languages } from '../../../src/report/language/words.js';
import { compare } from '../../../src/runs/compare/compare.js';
import { settingRows } from '../../../src/runs/compare/rows.js';
import { englishIn } from '../../report/english-in.js';
import { put, temporaryFolder } from '../../vision/datasets/temporary-folder.js';
import { makeRun } from './made-run.js';

test('what differs, what was reached, and whether the test images tell runs apart', async (t) => {
  const root = await temporaryFolder(t);
  const paths = [
    await makeRun(root, 'low', {
      settings: { optimizer: { name: 'sgd', lr: 0.1 }, schedule: 'cosine' },
      accuracies: [0.5, 0.9, 0.88],
    }),
    await makeRun(root, 'high', {
      settings: { optimizer: { name: 'adam', lr: 0.01 } },
      accuracies: [0.6, 0.95],
    }),
    await makeRun(root, 'near', {
      settings: { optimizer: { name: 'adam', lr: 0.02 } },
      accuracies: [0.96],
      summary: { epochs: 1, stopReason: 'enough' },
    }),
  ];
  const { runs, differing, groups, notes } = await compare([...paths, join(root, 'low', '.')]);
  assert.deepEqual(
    runs.map(({ bestEpoch, state, epochs }) => [bestEpoch, state, epochs.done, epochs.planned]),
    [
      [2, 'ended', 3, 2],
      [2, 'ended', 2, 2],
      [1, 'ended', 1, 2],
    ],
  );
  const [low] = runs;
  assert.ok(low?.test);
  assert.equal(low.test.estimate, 0.9);
  assert.ok(low.test.low > 0.87 && low.test.low < 0.9 && low.test.high > 0.9);
  assert.deepEqual([low.durationMs, low.imagesPerSecond], [5000, 500]);
  assert.equal(low.parameters, 61_326, 'LeNet-5 of two classes on three channels'); // 456 + 2416 + 48,120 + 10,164 + 170
  assert.deepEqual(differing, [
    { key: 'optimizer.name', values: ['sgd', 'adam', 'adam'] },
    { key: 'optimizer.lr', values: [0.1, 0.01, 0.02] },
    { key: 'schedule.name', values: ['cosine', undefined, undefined] },
  ]);
  assert.deepEqual(
    groups.map((group) => group.runs),
    [[0], [1], [2]],
  );
  assert.deepEqual(notes, [
    'C has the highest accuracy, but 1000 test images do not tell it apart from B: the intervals overlap',
  ]);
});

test('rows that are no settings have names in the language of the page', () => {
  const rows = {
    data: ['digits', 'mnist'],
    'recipe file': ['a.ts', 'b.ts'],
    'recipe file SHA-256': ['ab', 'cd'],
    'training images': [1, 2],
    'training set': ['ab', 'cd'],
    'optimizer.lr': [0.1, 0.2],
    engine: ['wasm', 'native'],
    threads: [1, 2],
    'by hand': [
      undefined,
      'the learning rate was changed by hand from 0.1 to 0.2 after step 3; stopped by hand after step 4',
    ],
  };
  const differing = Object.entries(rows).map(([key, values]) => ({ key, values }));
  const comparison = { runs: [{}, {}], differing } as unknown as Parameters<typeof settingRows>[0];
  const english = settingRows(comparison);
  assert.deepEqual(
    english.map(([name]) => name),
    ['setting', ...Object.keys(rows)],
  );
  assert.equal(english.at(-1)?.[2], rows['by hand'][1]);
  const chinese = settingRows(comparison, languages.zh.compare);
  for (const [name, ...values] of chinese.filter(([name]) => name !== 'optimizer.lr'))
    assert.match(String(name), /\p{Script=Han}/u, values.join());
  assert.deepEqual(englishIn(chinese.flat().join('<br>')), []);
  assert.match(chinese.at(-1)?.[2] ?? '', /第 3 步.*第 4 步/);
});

test('runs that differ in the seed alone are one group, with mean and standard deviation', async (t) => {
  const root = await temporaryFolder(t);
  const made = [0.9, 0.92, 0.97].map((test, seed) =>
    makeRun(root, `seed-${seed}`, {
      ...{ settings: { seed }, accuracies: [0.8, 0.85], split: 'val', test },
    }),
  );
  const other = makeRun(root, 'other', {
    ...{ settings: { seed: 0, batchSize: 8 }, accuracies: [0.5], split: 'val', summary: null },
  });
  const { groups, runs, notes } = await compare(await Promise.all([...made, other]));
  assert.deepEqual(
    groups.map((group) => group.runs),
    [[0, 1, 2], [3]],
  );
  const [seeds, alone] = groups;
  assert.ok(seeds?.accuracy && alone?.accuracy);
  assert.deepEqual([seeds.accuracy.split, seeds.accuracy.count], ['test', 3]);
  assert.ok(Math.abs(seeds.accuracy.mean - 0.93) < 1e-12);
  assert.ok(Math.abs((seeds.accuracy.std ?? 0) - Math.sqrt(0.0013)) < 1e-12); // (9 + 1 + 16)·10⁻⁴ / 2
  assert.deepEqual([alone.accuracy.split, alone.accuracy.std], ['val', null]);
  assert.deepEqual([runs[3]?.state, runs[3]?.test], ['unfinished', null]);
  assert.equal(notes.length, 1);
});

test('other classes, other test images and another way to choose the best epoch are said', async (t) => {
  const root = await temporaryFolder(t);
  const a = await makeRun(root, 'a', { accuracies: [0.5, 0.6] });
  const b = await makeRun(root, 'b', { accuracies: [0.5, 0.9], classes: ['cat', 'dog', 'cow'] });
  const c = await makeRun(root, 'c', { accuracies: [0.5], split: 'val', testPrint: 'zz' });
  const { notes } = await compare([a, b, c]);
  assert.deepEqual(notes, [
    'the classes of (A, C) and (B) differ: their accuracies cannot be compared',
    'the test images of (A, B) and (C) differ: so their accuracies do for that reason, too',
    'the best epoch of A, B was chosen by the test set, that of C by a validation set: the former look a little better than they are',
  ]);
});

test('runs that were stopped, failed or have no epoch yet are told as they are', async (t) => {
  const root = await temporaryFolder(t);
  const paths = await Promise.all([
    makeRun(root, 'stopped', { accuracies: [0.5], summary: { interrupted: true } }),
    makeRun(root, 'failed', { accuracies: [0.5], summary: { failed: 'the loss is NaN' } }),
    makeRun(root, 'begun', { accuracies: [], summary: null }),
    // Went on after it was stopped: summary.json is of before.
    makeRun(root, 'again', { accuracies: [0.5, 0.6], summary: { epochs: 1, interrupted: true } }),
  ]);
  const { runs } = await compare(paths);
  assert.deepEqual(
    runs.map(({ state, reason, test }) => [state, reason, test?.estimate]),
    [
      ['stopped', undefined, 0.5],
      ['failed', 'the loss is NaN', 0.5],
      ['unfinished', undefined, undefined],
      ['unfinished', undefined, 0.6],
    ],
  );
});

test('a folder that is no run, or damaged, keeps the others from nothing', async (t) => {
  const root = await temporaryFolder(t);
  const good = await makeRun(root, 'good', { accuracies: [0.5, 0.6] });
  const torn = await makeRun(root, 'torn', { accuracies: [0.5, 0.6] });
  await put(torn, 'metrics.jsonl', '{"epoch":1,\n{}\n');
  const { runs, unreadable } = await compare([good, join(root, 'nowhere'), torn]);
  assert.deepEqual(
    runs.map(({ path }) => path),
    [good],
  );
  assert.deepEqual(
    unreadable.map(({ path }) => path),
    [join(root, 'nowhere'), torn],
  );
  assert.match(unreadable[1]?.error.message ?? '', /metrics\.jsonl: line 1 is not JSON/);
  await assert.rejects(compare([torn]), { name: 'DataError' });
  await assert.rejects(compare([]), {
    message: 'compare: no run is given, some are required',
  });
});
