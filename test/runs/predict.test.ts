import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import '../../src/ops/index.js';
import { cat } from '../../src/ops/functions.js';
import { Classifier } from '../../src/runs/classifier.js';
import { meanOfViews, viewCount, withViews } from '../../src/runs/test-time-views.js';
import { TrainedModel } from '../../src/runs/trained-model.js';
import { tensor } from '../../src/tensor/creation.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { colored } from '../recipes/picture-folder.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { untrainedRun } from './untrained-run.js';

async function listed<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A run, and so many pictures for it. */
async function setUp(t: TestContext, count: number) {
  manualSeed(5);
  const root = await temporaryFolder(t);
  const { run } = await untrainedRun(root);
  const paths: string[] = [];
  for (let i = 0; i < count; i++)
    paths.push(await put(root, `${i}.png`, await colored(i % 2 ? 'red' : 'grey', 12, i)));
  return { root, run, paths };
}

test('many pictures are told what each alone is told, in order, with those that cannot be read', async (t) => {
  const { root, run, paths } = await setUp(t, 35);
  const bad = await put(root, 'bad.png', '<html></html>');
  const bytes = await readFile(paths[3] ?? '');
  const asked = [...paths.slice(0, 33), bad, join(root, 'none.png'), ...paths.slice(33), bytes];
  const classifier = await Classifier.load(run);
  const answers = await listed(classifier.predictAll(asked));
  assert.deepEqual(
    answers.map(({ picture }) => picture),
    [...asked.slice(0, -1), 'image 37'],
  );
  const trained = await TrainedModel.load(run);
  for (const [i, answer] of answers.entries()) {
    if (i === 33 || i === 34) {
      assert.equal(answer.error?.name, 'DataError');
      continue;
    }
    assert.equal(answer.error, null);
    const { predictions } = await trained.predict(asked[i] ?? '');
    for (const [k, { label, probability }] of predictions.entries()) {
      assert.equal(answer.predictions[k]?.label, label);
      assert.ok(Math.abs((answer.predictions[k]?.probability ?? 0) - probability) < 1e-5);
    }
  }
});

test('whoever has read enough of the answers may stop', async (t) => {
  const { run, paths } = await setUp(t, 3);
  const classifier = await Classifier.load(run);
  for await (const { picture } of classifier.predictAll([...paths, 'none.png'])) {
    assert.equal(picture, paths[0]);
    break;
  }
});

test('a model that is less sure than the threshold is unsure', async (t) => {
  const { run, paths } = await setUp(t, 1);
  const trained = await TrainedModel.load(run);
  const [path = ''] = paths;
  const { predictions, unsure } = await trained.predict(path);
  const best = predictions[0]?.probability ?? 0;
  assert.equal(unsure, false);
  assert.equal((await trained.predict(path, { threshold: best - 1e-6 })).unsure, false);
  const above = await trained.predict(path, { threshold: best + 1e-6 });
  assert.equal(above.unsure, true);
  assert.deepEqual(above.predictions, predictions, 'what it would say is told');
  const classifier = await Classifier.load(run);
  assert.equal((await classifier.predict(path)).length, 2);
  assert.deepEqual(await classifier.predict(path, { threshold: 1 }), []);
  for (const threshold of [-0.1, 1.1, Number.NaN])
    await assert.rejects(trained.predict(path, { threshold }), {
      message: /^predict: threshold=.* must be a number from 0 to 1$/,
    });
});

test('once its signal is aborted nothing is answered any more', async (t) => {
  const { run, paths } = await setUp(t, 3);
  const classifier = await Classifier.load(run);
  const reason = new Error('the visitor has gone');
  const gone = AbortSignal.abort(reason);
  // Not even read: there is no such picture.
  await assert.rejects(classifier.predict('nowhere.png', { signal: gone }), reason);
  const leaving = new AbortController();
  const told: string[] = [];
  await assert.rejects(async () => {
    for await (const { picture } of classifier.predictAll(paths, { signal: leaving.signal })) {
      told.push(picture);
      leaving.abort(reason);
    }
  }, reason);
  assert.deepEqual(told, paths.slice(0, 1));
});

test('views are the picture, its mirror image, and both moved by a 16th each way', () => {
  const x = tensor([
    [
      [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
    ],
  ]); // prettier than a range: moves are seen
  const views = withViews(x, 'both');
  assert.deepEqual(views.shape, [10, 1, 3, 3]);
  const rows = Array.from({ length: 10 }, (_, n) => [...views.at(n).data].join(''));
  assert.deepEqual(rows, [
    '123456789',
    '123123456',
    '456789789',
    '112445778',
    '233566899',
    '321654987',
    '321321654',
    '654987987',
    '332665998',
    '211544877',
  ]);
  assert.deepEqual(
    withViews(cat([x, x.mul(10)]), 'mirror')
      .at(3, 0, 0)
      .toArray(),
    [30, 20, 10],
  );
  const means = meanOfViews(
    tensor([
      [1, 0],
      [0.5, 0.5],
      [0.2, 0.8],
      [0.4, 0.6],
    ]),
    'mirror',
  );
  assert.deepEqual(means.shape, [2, 2]);
  for (const [i, mean] of [0.75, 0.25, 0.3, 0.7].entries())
    assert.ok(Math.abs((means.data[i] ?? 0) - mean) < 1e-6);
  assert.deepEqual(
    ['mirror', 'shift', 'both'].map((kind) => viewCount(kind as 'both')),
    [2, 5, 10],
  );
});

test('averaging over views tells the mean of what the views are told', async (t) => {
  const { run, paths } = await setUp(t, 7);
  const trained = await TrainedModel.load(run);
  const [path = ''] = paths;
  const { input } = await trained.prepare(path);
  const [own, mirrored] = [await trained.logits(input), await trained.logits(input.flip(3))];
  const expected = own.softmax(1).add(mirrored.softmax(1)).div(2);
  const { predictions } = await trained.predict(path, { tta: 'mirror' });
  for (const { label, probability } of predictions)
    assert.ok(Math.abs(probability - (expected.data[label === 'a' ? 0 : 1] ?? 0)) < 1e-6);
  const plain = await trained.predict(path);
  assert.notEqual(plain.predictions[0]?.probability, predictions[0]?.probability);
  // Batches of views: 32 / 10 = 3 pictures at a time.
  const classifier = await Classifier.load(run);
  const answers = await listed(classifier.predictAll(paths, { tta: 'both' }));
  for (const [i, answer] of answers.entries()) {
    const alone = await trained.predict(paths[i] ?? '', { tta: 'both' });
    assert.equal(answer.error, null);
    const [a, b] = [answer.predictions[0]?.probability, alone.predictions[0]?.probability];
    assert.ok(Math.abs((a ?? 0) - (b ?? 1)) < 1e-5);
  }
  await assert.rejects(trained.predict(path, { tta: 'mirrored' as 'mirror' }), {
    message: /^predict: tta='mirrored' must be one of mirror, shift, both; did you mean mirror\?$/,
  });
});
