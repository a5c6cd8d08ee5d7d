import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { encodePng } from '../../src/vision/codecs/sharp.js';
import { Digits } from '../../src/vision/datasets/digits.js';
import { invert } from '../../src/vision/pixels/point.js';
import { type Outcome, temporaryFolder, wick, wickAgain } from './run-wick.js';

const folder = temporaryFolder();
const short = ['train', 'digits', '--epochs', '1', '--seed', '7'];
let first: Outcome;

before(() => {
  first = wick(folder, [...short, '--out', 'first']);
});

test('training prints the epoch line and what to look at next', () => {
  assert.equal(first.code, 0, first.err);
  assert.match(
    first.out,
    /^digits: 5000 training and 1000 test images, 10 classes; engine \w+, \d+ threads?$/m,
  );
  assert.match(
    first.out,
    /^Epoch: 1, Train_acc:\d\d\.\d%, Train_loss:\d\.\d{3}, Test_acc:\d\d\.\d%, Test_loss:\d\.\d{3}, Lr:1\.00E-03$/m,
  );
  assert.match(first.out, /^ {2}npx wick evaluate first /m);
  assert.ok(!first.out.includes('\x1b'), 'no terminal codes where there is no terminal');
  assert.equal(first.err, '');
});

test('a run without a page says how to get it, in words that can be copied', async () => {
  const { out } = await wickAgain(folder, [
    ...short,
    '--limit',
    '64',
    '--no-report',
    '--out',
    'my run',
  ]);
  assert.match(out, /^ {2}npx wick evaluate 'my run' /m);
  assert.match(out, /^ {2}npx wick report 'my run' +all of it on a page/m);
  assert.match(first.out, /^ {2}first\/report\.html +all of it on a page/m);
});

test('of what stands for a training one is asked for', async () => {
  const { code, err } = await wickAgain(folder, [
    'train',
    'digits',
    '--dry-run',
    '--overfit-batch',
  ]);
  assert.equal(code, 2);
  assert.match(err, /^error: option '--dry-run' cannot be used with option '--overfit-batch'\n/);
});

test('the run folder has everything', () => {
  const read = (file: string) => readFileSync(join(folder, 'first', file), 'utf8');
  const config = JSON.parse(read('config.json'));
  assert.equal(config.recipe, 'digits');
  assert.equal(config.settings.seed, 7);
  assert.equal(config.settings.precision, 'float32');
  assert.match(config.data.fingerprint.train, /^[0-9a-f]+$|:/);
  const model = JSON.parse(read('model.json'));
  assert.deepEqual(model.inputShape, [1, 28, 28]);
  assert.equal(model.classes.length, 10);
  const steps = read('steps.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(steps.length, Math.ceil(5000 / 32));
  assert.equal(steps.at(-1).samples, 5000 % 32);
  const metrics = read('metrics.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    metrics.map((m) => m.split),
    ['train', 'test'],
  );
  assert.ok(metrics[1].accuracy > 0.85, `${metrics[1].accuracy}`);
  const summary = JSON.parse(read('summary.json'));
  assert.equal(summary.best.accuracy, metrics[1].accuracy);
  const [times] = read('times.jsonl').split('\n');
  assert.equal(summary.waitShare, JSON.parse(times ?? '').waitShare);
  assert.ok(summary.waitShare >= 0 && summary.waitShare < 1, `${summary.waitShare}`);
  assert.match(read('curves.svg'), /^<svg /);
  assert.ok(existsSync(join(folder, 'first', 'checkpoints', 'best.safetensors')));
  assert.ok(existsSync(join(folder, 'first', 'checkpoints', 'last.safetensors')));
});

test('the same seed gives the same bits', () => {
  assert.equal(wick(folder, [...short, '--no-report', '--out', 'second']).code, 0);
  for (const file of ['steps.jsonl', 'checkpoints/last.safetensors'])
    assert.deepEqual(
      readFileSync(join(folder, 'second', file)),
      readFileSync(join(folder, 'first', file)),
      file,
    );
});

test('a run without a seed draws one, prints it and keeps it: with it the run is the same', async () => {
  const tiny = ['train', 'digits', '--epochs', '1', '--limit', '60', '--no-report'];
  const drawn = [wick(folder, [...tiny, '--out', 'a']), wick(folder, [...tiny, '--out', 'b'])].map(
    ({ out }) => /batches of 32, seed (\d+)$/m.exec(out)?.[1] ?? '',
  );
  const [a = '', b] = drawn;
  assert.notEqual(a, b);
  const config = JSON.parse(readFileSync(join(folder, 'a', 'config.json'), 'utf8'));
  assert.equal(config.settings.seed, Number(a));
  assert.equal((await wickAgain(folder, [...tiny, '--out', 'again', '--seed', a])).code, 0);
  const steps = (run: string) => readFileSync(join(folder, run, 'steps.jsonl'), 'utf8');
  assert.equal(steps('again'), steps('a'));
  assert.notEqual(steps('b'), steps('a'));
});

test('--json prints one object per line and nothing else', async () => {
  const { code, out } = await wickAgain(folder, [
    ...short,
    '--limit',
    '640',
    '--no-report',
    '--json',
  ]);
  assert.equal(code, 0);
  const events = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    events.map((e) => e.event),
    ['start', 'epoch', 'end'],
  );
  assert.ok(events[1].imagesPerSecond > 0);
});

test('evaluate finds the accuracy that training reported', async () => {
  const { code, out, err } = wick(folder, ['evaluate', 'first', '--json']);
  assert.equal(code, 0, err);
  const result = JSON.parse(out);
  const summary = JSON.parse(readFileSync(join(folder, 'first', 'summary.json'), 'utf8'));
  assert.ok(Math.abs(result.accuracy - summary.best.accuracy) <= 0.001);
  assert.ok(Math.abs(result.loss - summary.best.loss) < 1e-4);
  assert.equal(result.samples, 1000);
  assert.equal(result.perClass.length, 10);
  assert.match(
    (await wickAgain(folder, ['evaluate', 'first'])).out,
    /^first: test accuracy \d\d\.\d%, loss \d\.\d{3} on 1000 images\n {2}among the best five \d+\.\d%, macro F1 \d\d\.\d%, calibration error \d+\.\d%\n\nclass {2}images {2}recall {2}precision {5}F1\n0 {9}100 /,
  );
});

test('predict names the digit in a picture, whatever its size', async () => {
  const digits = await Digits.open({ split: 'test' });
  let right = 0;
  const paths: string[] = [];
  for (let i = 0; i < 20; i++) {
    const path = join(folder, `digit-${i}.png`);
    writeFileSync(path, await encodePng(digits.image(i * 50)));
    paths.push(path);
  }
  const { code, out, err } = wick(folder, ['predict', 'first', ...paths, '--top', '2', '--json']);
  assert.equal(code, 0, err);
  for (const [i, line] of out.trim().split('\n').entries()) {
    const { predictions } = JSON.parse(line);
    assert.equal(predictions.length, 2);
    assert.ok(predictions[0].probability >= predictions[1].probability);
    if (predictions[0].label === String(digits.targets[i * 50])) right++;
  }
  assert.ok(right >= 15, `${right} of 20`);
});

test('the sample picture that comes with wick is named', async () => {
  const sample = fileURLToPath(new URL('../../../assets/seven.png', import.meta.url));
  const { out, err } = await wickAgain(folder, ['predict', 'first', sample, '--json']);
  assert.equal(err, '');
  assert.equal(JSON.parse(out).predictions[0].label, '7');
});

test('digits written dark on light are noted, and turned on demand', async () => {
  const digits = await Digits.open({ split: 'test' });
  const images = Array.from({ length: 10 }, (_, i) => ({
    path: `paper-${i}.png`,
    label: String(digits.targets[i * 50]),
    image: invert(digits.image(i * 50)),
  }));
  for (const { path, image } of images) writeFileSync(join(folder, path), await encodePng(image));
  const paths = images.map(({ path }) => path);
  const noted = await wickAgain(folder, ['predict', 'first', 'paper-0.png', 'digit-0.png']);
  assert.match(
    noted.err,
    /^note: paper-0\.png looks inverted: .*; --invert auto turns such pictures\n2 pictures in .*\n$/,
  );
  const { out, err } = await wickAgain(folder, [
    'predict',
    'first',
    ...paths,
    'digit-0.png',
    '--invert',
    'auto',
    '--json',
  ]);
  assert.equal(err, '');
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ inverted = false }) => inverted),
    [...paths.map(() => true), false],
  );
  const right = images.filter(({ label }, i) => lines[i].predictions[0].label === label);
  assert.ok(right.length >= 7, `${right.length} of 10`);
});

test('one file that is no picture does not keep predict from the others', async () => {
  writeFileSync(join(folder, 'page.png'), '<html></html>');
  const images = ['page.png', 'digit-0.png', 'none.png', 'digit-1.png'];
  const { code, out, err } = await wickAgain(folder, ['predict', 'first', ...images]);
  assert.equal(code, 1);
  assert.match(out, /^digit-0\.png: .*\ndigit-1\.png: .*\n$/);
  assert.match(
    err,
    /^DataError: page\.png: not a PNG [^;]*\nDataError: none\.png: .*\n2 pictures in .*; 2 cannot be read\n$/,
  );
  const json = await wickAgain(folder, ['predict', 'first', ...images, '--json']);
  const subjects = json.err.trim().split('\n');
  assert.deepEqual(
    subjects.map((line) => JSON.parse(line).error.subject),
    ['page.png', 'none.png'],
  );
  const told = json.out.trim().split('\n');
  assert.deepEqual(
    told.map((line) => 'error' in JSON.parse(line)),
    [true, false, true, false],
  );
});

test('predict says what is wrong with a file', async () => {
  writeFileSync(join(folder, 'page.jpg'), '<html></html>');
  const page = await wickAgain(folder, ['predict', 'first', 'page.jpg']);
  assert.equal(page.code, 1);
  assert.match(page.err, /^DataError: page\.jpg: /m);
  assert.match(
    (await wickAgain(folder, ['predict', 'first', 'none.png'])).err,
    /^DataError: none\.png: there is no such file or folder$/m,
  );
});

test('a precision that the engine does not have is refused before anything is written', () => {
  const args = [...short, '--out', 'narrow', '--engine', 'wasm', '--precision', 'bfloat16'];
  const { code, err } = wick(folder, args);
  assert.equal(code, 1);
  assert.match(err, /wasm: precision 'bfloat16' needs engine native on a CPU with AVX512-BF16/);
  assert.ok(!existsSync(join(folder, 'narrow')));
});

test('summary reads the run, and totals agree with the network', async () => {
  const { code, out } = await wickAgain(folder, ['summary', 'first', '--json']);
  assert.equal(code, 0);
  const summary = JSON.parse(out);
  assert.equal(summary.totalParameters, 121_930);
  // 26²·32·9 + 11²·64·288 + 1600·64 + 64·10 products, and the biases added once per output.
  assert.equal(
    summary.totalMultiplyAdds,
    194_688 + 2_230_272 + 102_400 + 640 + 26 ** 2 * 32 + 11 ** 2 * 64 + 64 + 10,
  );
  assert.match(wick(folder, ['summary', 'mnist']).out, /^Total params: 121,930$/m);
});

test('doctor knows its engine', () => {
  const { code, out } = wick(folder, ['doctor', '--json', '--ops']);
  assert.equal(code, 0);
  const facts = JSON.parse(out);
  assert.ok(['native', 'wasm', 'reference'].includes(facts.engine.engine));
  assert.ok(facts.ops.length > 80);
});

test('the README shows what the quickstart prints', () => {
  const readme = readFileSync(
    fileURLToPath(new URL('../../../README.md', import.meta.url)),
    'utf8',
  );
  const [, shown = ''] =
    /quickstart takes less than a minute:\n\n```\n(.*?)```/s.exec(readme) ?? [];
  const { out } = wick(folder, ['train', 'digits', '--seed', '0', '--epochs', '1']);
  // Speed, engine and the last digits differ from machine to machine; words, order and spacing do not.
  const shape = (text: string) =>
    text
      .replace(/^Epoch: [23].*\n/gm, '')
      .replaceAll(/digits-\d/g, 'digits-N')
      .replace(/engine \w+, \d+ threads?/, 'engine E, N threads')
      .replace(/\d+ images\/s/, 'N images/s')
      .replace(/(?<=\()epoch \d/, 'epoch N')
      .replace(/\d+:\d\d/g, '0:00')
      .replace(/\d+\.\d+/g, 'x')
      .replace(/(?<=\d\.)\d+E/g, 'E');
  assert.equal(shape(out), shape(shown));
});
