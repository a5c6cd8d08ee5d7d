import assert from 'node:assert/strict';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import '../../../src/ops/index.js';
import { Rng } from '../../../src/core/rng.js';
import { labelIssues } from '../../../src/metrics/label-issues.js';
import { Linear } from '../../../src/nn/linear.js';
import { auditLabels } from '../../../src/runs/audit/audit-labels.js';
import { standardized } from '../../../src/runs/audit/gathered.js';
import { outOfFold } from '../../../src/runs/audit/out-of-fold.js';
import { tensor } from '../../../src/tensor/creation.js';
import { manualSeed } from '../../../src/tensor/generator.js';
import { fillFolder } from '../../recipes/picture-folder.js';
import { temporaryFolder } from '../../vision/datasets/temporary-folder.js';

test('a linear layer, out of fold, finds labels that are wrong', async () => {
  manualSeed(0);
  const rng = new Rng(3);
  const count = 240;
  const truth = Array.from({ length: count }, (_, n) => n % 3);
  const planted = new Set(Array.from({ length: 24 }, (_, i) => 10 * i + (i % 5)));
  const labels = Int32Array.from(truth, (k, n) => (planted.has(n) ? (k + 1 + (n % 2)) % 3 : k));
  const data = new Float32Array(count * 8);
  truth.forEach((k, n) => {
    for (let j = 0; j < 8; j++) data[8 * n + j] = 100 + 5 * (rng.normal() + (j % 3 === k ? 3 : 0));
  });
  const rows = standardized({ data, shape: [8], labels, indices: [] });
  const mean = rows.data.filter((_, i) => i % 8 === 2).reduce((a, b) => a + b, 0) / count;
  assert.ok(Math.abs(mean) < 1e-4);
  let seen = 0;
  const probabilities = await outOfFold(rows, 3, {
    folds: 4,
    epochs: 30,
    batchSize: 32,
    lr: 0.01,
    seed: 0,
    makeModel: () => new Linear(8, 3),
    onProgress: (done, total) => {
      seen = done / total;
    },
  });
  assert.equal(seen, 1);
  const sums = probabilities.sum(1).data;
  assert.ok(
    sums.every((sum) => Math.abs(sum - 1) < 1e-5),
    'every row is of some fold',
  );
  const { issues } = labelIssues(probabilities, tensor([...labels], { dtype: 'int32' }));
  const right = issues.filter(
    ({ index, suggested }) => planted.has(index) && suggested === truth[index],
  ).length;
  assert.ok(right >= 0.85 * planted.size, `recall: ${right} of ${planted.size}`);
  assert.ok(right >= 0.85 * issues.length, `precision: ${right} of ${issues.length}`);
});

test('pictures in the wrong folder are found, by name, in all parts of the data', async (t) => {
  const photos = join(await temporaryFolder(t), 'photos');
  await fillFolder(join(photos, 'train'), { green: 24, red: 24 }, 8);
  await fillFolder(join(photos, 'test'), { green: 6, red: 6 }, 8);
  const wrong = [
    ['train', 'green', 'red', '1.png'],
    ['train', 'red', 'green', '7.png'],
    ['test', 'green', 'red', '2.png'],
  ] as const;
  for (const [part, from, to, file] of wrong)
    await rename(join(photos, part, from, file), join(photos, part, to, `moved-${file}`));
  await writeFile(join(photos, 'train', 'red', 'bad.png'), 'no picture');
  await mkdir(join(photos, 'train', 'rare'));
  await fillFolder(join(photos, 'train'), { rare: 1 }, 8);
  await fillFolder(join(photos, 'test'), { rare: 1 }, 8);
  const audit = await auditLabels(photos, { folds: 3, imageSize: 8, epochs: 8 });
  assert.deepEqual(
    audit.suspects.map(({ name, label, suggested }) => [name, label, suggested]).sort(),
    wrong
      .map(([part, from, to, file]) => [join(photos, part, to, `moved-${file}`), to, from])
      .sort(),
  );
  assert.deepEqual(audit.suspects.map(({ split }) => split).sort(), ['test', 'train', 'train']);
  assert.equal((await audit.suspects[0]?.picture())?.height, 8);
  assert.equal(audit.pictures, 62);
  assert.equal(audit.skipped.length, 1);
  assert.ok(
    audit.notes.some((note) => /too few pictures to be judged, fewer than 3: rare$/.test(note)),
  );
  assert.match(audit.judge, /^cifarCnn on 8×8 pixels$/);
  const again = await auditLabels(photos, { folds: 3, imageSize: 8, epochs: 8 });
  assert.deepEqual(
    again.suspects.map(({ probability }) => probability),
    audit.suspects.map(({ probability }) => probability),
  );
  await assert.rejects(auditLabels(photos, { folds: 40 }), {
    name: 'DataError',
    message: /fewer than two classes have the 40 pictures/,
  });
  await assert.rejects(auditLabels(photos, { folds: 1 }), {
    message: /^auditLabels: folds=1 must be/,
  });
});

test('an audit by what has learned nothing says so', async (t) => {
  const photos = join(await temporaryFolder(t), 'photos');
  await fillFolder(photos, { one: 12, two: 12 }, 8); // grey noise, both
  const { guesses, accuracy } = await auditLabels(photos, { folds: 2, imageSize: 8, epochs: 1 });
  assert.ok(guesses, `${accuracy}`);
});
