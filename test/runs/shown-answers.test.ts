import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../src/ops/index.js';
import { Rng } from '../../src/core/rng.js';
import type { Dataset } from '../../src/data/dataset.js';
import { languages } from '../../src/report/language/words.js';
import { reportPage } from '../../src/report/page/page.js';
import { ShownSet } from '../../src/runs/pictures/shown-set.js';
import { shownPictures } from '../../src/runs/report/shown-answers.js';
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
