/** Runs whose pictures have changed since they were trained: no score may be of pictures that were trained on. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import '../../src/ops/index.js';
import { evaluate } from '../../src/runs/evaluate.js';
import { exportRun } from '../../src/runs/export-run.js';
import { report } from '../../src/runs/report/report.js';
import { train } from '../../src/runs/train.js';
import { fillFolder } from '../recipes/picture-folder.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

const classes = { red: 10, green: 10 };

async function trained(t: TestContext, parts: readonly string[]) {
  const root = await temporaryFolder(t);
  const photos = join(root, 'photos');
  for (const part of parts) await fillFolder(join(photos, part), classes);
  const out = join(root, 'run');
  const settings = { epochs: 1, seed: 0, data: { imageSize: 8 }, split: { val: 0.2 } };
  await train(photos, { ...settings, out, report: false });
  return { root, photos, out };
}

test('a test part that was drawn from a folder is not drawn anew from other pictures', async (t) => {
  const { root, photos, out } = await trained(t, ['']);
  assert.deepEqual((await evaluate(out)).notes, []);
  const file = join(root, 'm.wick');
  await exportRun(out, { path: file });
  assert.equal((await evaluate(file, { data: photos })).samples, 4);

  await fillFolder(join(photos, 'red', 'more'), { x: 1 });
  await assert.rejects(evaluate(out), {
    name: 'DataError',
    message: `${photos}: has 21 pictures, not the 20 that the model was trained and tested on: a test part drawn from it anew would have some that were trained on; put the pictures back as they were, or pass { data: 'FOLDER' } with a folder that has parts train and test`,
  });
  assert.match((await report(out)).problem ?? '', /has 21 pictures, not the 20 /);
  await rm(join(photos, 'green', '0.png'));
  const others = { message: /photos: has other pictures than those that the model was trained / };
  await assert.rejects(evaluate(out), others);
  await assert.rejects(evaluate(file, { data: photos }), others);

  const own = join(root, 'own');
  for (const part of ['train', 'test']) await fillFolder(join(own, part), classes);
  const { samples, notes } = await evaluate(out, { data: own });
  assert.equal(samples, 20);
  assert.match(notes.join(), /the test part of .*own is not what it was when the model was /);
});

test('a test part of its own that has changed is told of, in reports too', async (t) => {
  const { photos, out } = await trained(t, ['train', 'test']);
  await rm(join(photos, 'train', 'red', '0.png'));
  assert.deepEqual((await evaluate(out)).notes, []);
  await rm(join(photos, 'test', 'red', '0.png'));
  const { samples, notes } = await evaluate(out);
  assert.equal(samples, 19);
  const told = /^the test part of .*photos is not what it was when the model was trained: the /;
  assert.match(notes.join('\n'), told);
  assert.match((await report(out)).notes.join('\n'), told);
});
