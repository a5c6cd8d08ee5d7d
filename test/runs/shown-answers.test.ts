import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../src/ops/index.js';
import { Rng } from '../../src/core/rng.js';
import type { Dataset } from '../../src/data/dataset.js';
import { GradCAM } from '../../src/explain/grad-cam.js';
import { panel } from '../../src/explain/panel.js';
import { nn } from '../../src/index.js';
import { imageUrl } from '../../src/report/image-url.js';
import { languages } from '../../src/report/language/words.js';
import { reportPage } from '../../src/report/page/page.js';
import { ShownSet } from '../../src/runs/pictures/shown-set.js';
import { shownPictures } from '../../src/runs/report/shown-answers.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { ToTensor } from '../../src/vision/transforms/to-tensor.js';
import { sampleReport } from '../report/sample-report.js';

const side = 160;

/** Photos of noise, which no codec makes small. */
const noise: Dataset = {
  length: 1000,
  get(index) {
    const rng = new Rng(0, 0, index);
    const data = Float32Array.from({ length: 3 * side * side }, () => rng.uniform());
    return [{ shape: [3, side, side], dtype: 'float32', data }, index % 10];
  },
  pathOf: (index) => `photos/class ${index % 10}/${index}.jpg`,
};

test('a report on 1,000 photos that are mostly taken for others stays under 5 MB', async () => {
  const rng = new Rng(1);
  const scores = Float32Array.from({ length: 10_000 }, () => rng.normal());
  const labels = Int32Array.from({ length: 1000 }, (_, n) => n % 10);
  const set = new ShownSet(noise, new ToTensor(), []);
  const shown = await shownPictures(set, { classes: 10, scores, labels }, null);
  assert.ok(shown.answers.length > 150, `${shown.answers.length} pictures`);
  const shownBytes = shown.answers.reduce((sum, { url }) => sum + url.length, 0);
  assert.ok(shownBytes < 2.25e6, `${shownBytes} characters of pictures in cells`);
  assert.equal(shown.topLosses.length, 16);
  const [worst] = shown.topLosses;
  assert.equal(worst?.loss, Math.max(...shown.topLosses.map(({ loss }) => loss)));
  assert.match(worst?.name ?? '', new RegExp(`^photos/class ${worst?.actual}/\\d+\\.jpg$`));
  const report = await sampleReport(Array.from({ length: 10 }, (_, k) => `class ${k}`));
  const page = reportPage({ ...report, ...shown }, languages.en);
  assert.ok(page.length < 5e6, `${page.length} characters`);
});

test('samples that were left out do not shift the others', async () => {
  const set = new ShownSet(noise, new ToTensor(), [{ index: 0 }, { index: 3 }]);
  assert.deepEqual(
    [0, 1, 2].map((n) => set.nameOf(n)),
    ['photos/class 1/1.jpg', 'photos/class 2/2.jpg', 'photos/class 4/4.jpg'],
  );
});

/** Scores of two classes for the first pictures of `noise` and their labels, 0 and 1 in turn. */
function taken(pictures: number, forClass: (n: number) => number) {
  const scores = Float32Array.from({ length: 2 * pictures }, (_, i) =>
    i % 2 === forClass(i >> 1) ? 1 : 0,
  );
  return { classes: 2, scores, labels: Int32Array.from({ length: pictures }, (_, n) => n % 2) };
}

test('a cell shows twelve mistakes, or four right answers', async () => {
  const set = new ShownSet(noise, new ToTensor(), []);
  const { answers } = await shownPictures(
    set,
    taken(40, () => 0),
    null,
  );
  const count = (actual: number) => answers.filter((answer) => answer.actual === actual).length;
  assert.deepEqual([count(0), count(1)], [4, 12]);
});

test('reasons are those for the class that was named', async () => {
  manualSeed(1);
  const model = new nn.Sequential(
    new nn.Conv2d(3, 4, 3, { stride: 8 }),
    new nn.ReLU(),
    new nn.AdaptiveAvgPool2d(1),
    new nn.Flatten(),
    new nn.Linear(4, 2),
  );
  const set = new ShownSet(noise, new ToTensor(), []);
  const predictions = taken(4, (n) => n >> 1); // of each class one right and one wrong
  const { reasons } = await shownPictures(set, predictions, { model });
  assert.deepEqual(
    reasons.map(({ actual, predicted, right }) => [actual, predicted, right]),
    [
      [0, 0, true],
      [1, 1, true],
      [1, 0, false],
      [0, 1, false],
    ],
  );
  const [, , wrong] = reasons;
  const picture = await set.picture(1);
  const input = (await set.input(1)).unsqueeze(0);
  const addresses = [0, 1].map(async (target) => {
    const { heatmap } = new GradCAM(model).attribute(input, { target: [target] });
    const look = { colormap: 'viridis', opacity: 0.55, minSide: 112 } as const;
    return await imageUrl(panel(picture, [heatmap.at(0)], look), 256);
  });
  const [named, otherwise] = await Promise.all(addresses);
  assert.notEqual(named, otherwise);
  assert.equal(wrong?.url, named);
});
