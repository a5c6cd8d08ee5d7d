import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import '../../src/ops/index.js';
import { reproduce } from '../../src/runs/reproduce.js';
import { train } from '../../src/runs/train.js';
import { fillFolder } from '../recipes/picture-folder.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

test('a run that is run again gives the same files; where they differ, which do is told', async (t) => {
  const root = await temporaryFolder(t);
  const photos = join(root, 'photos');
  await fillFolder(join(photos, 'train'), { green: 12, red: 12 });
  await fillFolder(join(photos, 'test'), { green: 4, red: 4 });
  const { run } = await train(photos, {
    ...{ data: { imageSize: 8 }, epochs: 2, batchSize: 8, loader: { workers: 0 }, seed: 5 },
    report: false,
    out: join(root, 'first'),
  });
  const again = await reproduce(run.path, { out: join(root, 'again') });
  assert.equal(again.same, true);
  assert.deepEqual(again.changed, []);
  assert.ok(again.files.every(({ before, after }) => before !== null && before === after));

  await appendFile(run.file('steps.jsonl'), '{}\n');
  const differing = await reproduce(run.path, { out: join(root, 'third') });
  assert.equal(differing.same, false);
  assert.deepEqual(
    differing.files.filter(({ before, after }) => before !== after).map(({ file }) => file),
    ['steps.jsonl'],
  );
});

test('a run that was stopped is to be gone on with first', async (t) => {
  const root = await temporaryFolder(t);
  const photos = join(root, 'photos');
  await fillFolder(join(photos, 'train'), { green: 8, red: 8 });
  await fillFolder(join(photos, 'test'), { green: 4, red: 4 });
  const abort = new AbortController();
  const { run } = await train(photos, {
    ...{
      data: { imageSize: 8 },
      epochs: 3,
      batchSize: 8,
      loader: { workers: 0 },
      signal: abort.signal,
    },
    callbacks: [{ onStep: ({ globalStep }) => void (globalStep === 3 && abort.abort()) }],
    report: false,
    out: join(root, 'first'),
  });
  await assert.rejects(reproduce(run.path), {
    name: 'DataError',
    message: `${run.path}: has 1 of 3 epochs, a run that has ended is required; wick train --resume ${run.path} goes on with it`,
  });
});
