/** What a training draws and writes beside its weights. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runs, type train } from '../../src/index.js';
import { decode } from '../../src/vision/codecs/decode.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

const settings = { data: { limit: 120 }, batchSize: 20, seed: 5, loader: { workers: 0 } } as const;

const pictures = [
  'classes.svg',
  'confused.png',
  'confusion.png',
  'confusion.svg',
  'curves.png',
  'curves.svg',
  'lr.svg',
  'reliability.svg',
  'roc.svg',
  'samples.png',
  'steps.svg',
  'top-losses.png',
];

async function picturesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((file) => /\.(svg|png)$/.test(file)).sort();
}

test('a training draws its pictures and writes results.csv', async (t) => {
  const out = join(await temporaryFolder(t), 'run');
  await runs.train('digits', { ...settings, epochs: 2, split: { val: 0.2 }, out });
  assert.deepEqual(await picturesIn(out), pictures);
  for (const file of pictures.filter((name) => name.endsWith('.png')))
    await decode(join(out, file));
  assert.match(await readFile(join(out, 'curves.svg'), 'utf8'), />validation</);
  const page = await readFile(join(out, 'report.html'), 'utf8');
  assert.match(page, /<p class="result">.*Right for .* of 120 test images/);
  const [header, ...lines] = (await readFile(join(out, 'results.csv'), 'utf8')).trim().split('\n');
  assert.equal(
    header,
    'epoch,time,train/loss,train/accuracy_top1,metrics/accuracy_top1,metrics/accuracy_top5,val/loss,lr/pg0',
  );
  const logged = (await readFile(join(out, 'metrics.jsonl'), 'utf8')).trim().split('\n');
  const held = logged.map((line) => JSON.parse(line)).filter(({ split }) => split === 'val');
  assert.equal(lines.length, 2);
  lines.forEach((line, i) => {
    const [epoch, , , , top1, top5, loss] = line.split(',').map(Number);
    const { accuracy, top5: best5, loss: logLoss } = held[i];
    assert.equal(epoch, i + 1);
    const written = [top1, top5, loss].map(Number);
    const expected = [accuracy, best5, logLoss].map((value) => Number(value.toPrecision(6)));
    assert.deepEqual(written, expected);
  });
});

test('with report: false there are no pictures', async (t) => {
  const out = join(await temporaryFolder(t), 'run');
  await runs.train('digits', { ...settings, epochs: 1, report: false, out });
  assert.deepEqual(await picturesIn(out), []);
  assert.ok(existsSync(join(out, 'results.csv')));
});

test('an interrupted training has the pictures of what it was, and one that goes on has all lines', async (t) => {
  const out = join(await temporaryFolder(t), 'run');
  const abort = new AbortController();
  const stop: train.Callback = {
    onStep: ({ epoch, step }) => void (epoch === 2 && step === 2 && abort.abort()),
  };
  const options = { ...settings, epochs: 3, out };
  await runs.train('digits', { ...options, callbacks: [stop], signal: abort.signal });
  assert.deepEqual(await picturesIn(out), pictures);
  const whole = join(await temporaryFolder(t), 'whole');
  await runs.train('digits', { ...options, out: whole, report: false });
  await runs.resume(out);
  const columns = async (folder: string) =>
    (await readFile(join(folder, 'results.csv'), 'utf8'))
      .split('\n')
      .map((line) => line.split(',').filter((_, i) => i !== 1)); // times differ
  assert.deepEqual(await columns(out), await columns(whole));
});

test('a run that went on after its best epoch has the pictures of what that epoch predicts', async (t) => {
  const out = join(await temporaryFolder(t), 'run');
  const first = await runs.train('digits', {
    ...{ data: { limit: 400 }, batchSize: 20, seed: 2, loader: { workers: 0 }, epochs: 1, out },
    optimizer: { lr: 0.01 },
    schedule: { name: 'step', stepSize: 1, gamma: 10 }, // the second epoch loses what the first has learned
    report: false,
  });
  const { summary } = await runs.resume(out, { settings: { epochs: 2 } });
  assert.deepEqual([summary.epochs, summary.best?.epoch], [2, 1]);
  assert.deepEqual(
    await picturesIn(out),
    pictures.filter((name) => name !== 'samples.png'),
  );
  const page = await readFile(join(out, 'report.html'), 'utf8');
  const [, data = ''] = /id="data">(.*?)<\/script>/s.exec(page) ?? [];
  const { answers } = JSON.parse(data);
  const counts = first.summary.best?.heldOut.confusion.compute();
  assert.ok(answers.length > 0);
  for (const { actual, predicted } of answers) assert.ok((counts?.[actual]?.[predicted] ?? 0) > 0);
});

test('a picture that cannot be written is told and ends nothing', async (t) => {
  const out = join(await temporaryFolder(t), 'run');
  const notes: string[] = [];
  const obstruct: train.Callback = {
    onFitStart: async () => void (await mkdir(join(out, 'curves.svg', 'x'), { recursive: true })),
    onNote: (text) => void notes.push(text),
  };
  const { summary } = await runs.train('digits', {
    ...settings,
    epochs: 1,
    out,
    callbacks: [obstruct],
  });
  assert.equal(summary.epochs, 1);
  assert.match(notes.join('\n'), /curves\.svg: cannot be written/);
});
