import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConcatDataset } from '../../src/data/concat-dataset.js';
import type { Dataset, Sample } from '../../src/data/dataset.js';
import { kFold, randomSplit } from '../../src/data/split.js';
import { Subset } from '../../src/data/subset.js';
import { Generator, manualSeed } from '../../src/tensor/generator.js';
import { NoiseDataset } from './noise-dataset.js';

/** 100 samples: 70 of class 0, 25 of class 1, 5 of class 2. */
const skewed: Dataset<Sample> = {
  length: 100,
  targets: Array.from({ length: 100 }, (_, i) => (i < 70 ? 0 : i < 95 ? 1 : 2)),
  get: () => [{ shape: [1], dtype: 'float32', data: new Float32Array(1) }, 0],
};

const countsOf = (part: Subset<Sample>) => {
  const counts = [0, 0, 0];
  for (const target of Array.from(part.targets ?? [])) counts[target] = (counts[target] ?? 0) + 1;
  return counts;
};

const all = (parts: readonly Subset<Sample>[]) =>
  parts.flatMap(({ indices }) => [...indices]).sort((a, b) => a - b);

const everyIndex = Array.from({ length: 100 }, (_, i) => i);

test('randomSplit divides by sizes or fractions, without overlap, the same for one seed', () => {
  const sizes = (lengths: number[]) => randomSplit(skewed, lengths).map(({ length }) => length);
  assert.deepEqual(sizes([60, 40]), [60, 40]);
  assert.deepEqual(sizes([0.5, 0.25, 0.25]), [50, 25, 25]);
  assert.deepEqual(sizes([0.335, 0.335, 0.33]), [34, 33, 33]);
  const parts = randomSplit(skewed, [0.8, 0.2], { seed: 3 });
  assert.deepEqual(all(parts), everyIndex);
  const [again] = randomSplit(skewed, [0.8, 0.2], { seed: 3 });
  const [other] = randomSplit(skewed, [0.8, 0.2], { seed: 4 });
  assert.deepEqual(again?.indices, parts[0]?.indices);
  assert.notDeepEqual(other?.indices, parts[0]?.indices);
});

test('without a seed, splits follow manualSeed or the generator that they are given', () => {
  const draw = (generator?: Generator) => [
    ...randomSplit(skewed, [50, 50], generator && { generator }).map(({ indices }) => indices),
    ...kFold(skewed, 2, generator && { generator }).map(({ test }) => test.indices),
  ];
  const from = (seed: number) => {
    manualSeed(seed);
    return [draw(), draw()];
  };
  const [first, second] = from(1);
  assert.notDeepEqual(first, second);
  assert.deepEqual(from(1), [first, second]);
  assert.notDeepEqual(from(2)[0], first);
  assert.deepEqual(draw(new Generator(7)), draw(new Generator(7)));
});

test('a stratified split gives each part its share of each class, to within a sample', () => {
  for (let seed = 0; seed < 20; seed++) {
    const parts = randomSplit(skewed, [0.8, 0.2], { seed, stratify: true });
    assert.deepEqual(all(parts), everyIndex);
    parts.forEach((part, k) => {
      const share = k === 0 ? 0.8 : 0.2;
      countsOf(part).forEach((count, c) => {
        const expected = ([70, 25, 5][c] ?? 0) * share;
        assert.ok(Math.abs(count - expected) <= 1.5, `seed ${seed}, part ${k}: ${countsOf(part)}`);
      });
    });
  }
});

test('kFold tests every sample once and trains on all others; stratified folds keep the classes', () => {
  for (const stratify of [false, true]) {
    const folds = kFold(skewed, 5, { seed: 1, stratify });
    assert.deepEqual(all(folds.map(({ test }) => test)), everyIndex);
    for (const { train, test } of folds) {
      assert.deepEqual(all([train, test]), everyIndex);
      if (stratify) assert.equal(countsOf(test)[2], 1);
    }
  }
  const [first] = kFold(skewed, 4, { shuffle: false });
  assert.deepEqual([...(first?.test.indices ?? [])], everyIndex.slice(0, 25));
});

test('splits that make no sense are refused', () => {
  const unlabelled: Dataset<Sample> = { length: 3, get: skewed.get };
  const refused: [() => unknown, string][] = [
    [
      () => randomSplit(skewed, [50, 60]),
      'randomSplit: lengths [50, 60] add up to 110; they must be whole numbers that add up to the 100 samples, ' +
        'or fractions that add up to 1',
    ],
    [
      () => randomSplit(unlabelled, [1, 2], { stratify: true }),
      'randomSplit: stratify: true needs a data set with targets; pass the labels as stratify',
    ],
    [
      () => randomSplit(unlabelled, [1, 2], { stratify: [0, 1] }),
      'randomSplit: stratify has 2 labels for 3 samples',
    ],
    [() => kFold(skewed, 101), 'kFold: k=101 must be a whole number from 2 to the 100 samples'],
    [
      () => kFold(skewed, 5, { shuffle: false, stratify: true }),
      'kFold: stratify needs shuffle: true, consecutive folds have no choice',
    ],
    [
      () => new Subset(skewed, [100]),
      'Subset: index 100 is out of range for a data set of 100 samples',
    ],
  ];
  for (const [make, message] of refused) assert.throws(make, { name: 'ValueError', message });
});

test('wrappers carry labels, class names, paths and fingerprints', async () => {
  const noise = new NoiseDataset({ length: 5 });
  const subset = new Subset<Sample>(noise, [4, 0]);
  assert.deepEqual(Array.from(subset.targets ?? []), [1, 0]);
  assert.deepEqual(subset.classes, noise.classes);
  assert.equal(subset.pathOf(0), 'noise/4.jpg');
  const both = new ConcatDataset<Sample>([subset, noise]);
  assert.equal(both.length, 7);
  assert.deepEqual(both.classes, noise.classes);
  assert.equal(both.pathOf(2), 'noise/0.jpg');
  assert.deepEqual(Array.from(both.targets ?? []), [1, 0, 0, 1, 2, 0, 1]);
  const prints = [
    subset,
    new Subset<Sample>(noise, [0, 4]),
    new Subset<Sample>(new NoiseDataset({ length: 6 }), [4, 0]),
    both,
  ].map((dataset) => dataset.fingerprint());
  assert.equal(new Set(await Promise.all(prints)).size, 4);
  assert.equal(await new Subset<Sample>(noise, [4, 0]).fingerprint(), await prints[0]);
});

test('data sets with other class names cannot be joined', () => {
  const noise = new NoiseDataset({ length: 2 });
  const cats: Dataset<Sample> = { length: 1, classes: ['cat', 'dog'], get: skewed.get };
  assert.throws(() => new ConcatDataset<Sample>([noise, cats]), {
    message:
      'ConcatDataset: data set 1 has the classes [cat, dog], data set 0 has [a, b, c]; ' +
      'class numbers would change their meaning',
  });
});
