import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { barChart } from '../../src/cli/bar-chart.js';
import { wrapped } from '../../src/cli/output.js';
import { decode } from '../../src/vision/codecs/decode.js';
import { fillFolder } from '../recipes/picture-folder.js';
import { temporaryFolder, wick, wickAgain } from './run-wick.js';

const folder = temporaryFolder();
const photos = join(folder, 'photos');

before(async () => {
  await fillFolder(join(photos, 'train'), { green: 8, red: 4 }, 60);
  await fillFolder(join(photos, 'test'), { green: 2, red: 2 }, 60);
  await fillFolder(join(photos, 'train'), { small: 1 }, 10);
  copyFileSync(join(photos, 'train/green/0.png'), join(photos, 'test/green/copy of 0.png'));
  copyFileSync(join(photos, 'train/red/0.png'), join(photos, 'train/green/9.png'));
  writeFileSync(join(photos, 'train/red/page.jpg'), '<html></html>');
});

test('inspect shows counts as bars and names what is wrong', () => {
  const { code, out, err } = wick(folder, ['data', 'inspect', 'photos']);
  assert.equal(code, 0, err);
  const lines = out.split('\n');
  assert.match(lines[0] ?? '', /^photos: 20 pictures, 3 classes, 0\.\d MB$/);
  assert.deepEqual(lines.slice(1, 10), [
    '',
    'train: 15 pictures, the largest class has 9.0× the smallest',
    '  green  9 ████████████████████████████████████████',
    '  red    5 ██████████████████████▎',
    '  small  1 ████▌',
    '  height  10 to 60, median 60',
    '  width   14 to 64, median 64',
    '  common  60×64 (13), 10×14 (1)',
    '  form    png rgb (14), unknown (1)',
  ]);
  assert.deepEqual(lines.slice(11, 12), ['test: 5 pictures, a class has none']);
  const findings = lines.slice(lines.indexOf('', 12) + 1);
  assert.deepEqual(findings, [
    'cannot be used (wick train --on-error skip leaves them out): 1',
    '  train/red/page.jpg: not a JPEG (starts with 3c 68 74 6d)',
    'classes of very different size: 2',
    '  train: green 9, small 1',
    '  test: green 3, small 0',
    'in several splits, so that what is tested has been trained on: 1',
    '  train/green/0.png = test/green/copy of 0.png',
    'in several classes: 1',
    '  train/green/9.png = train/red/0.png',
    'tiny: 1',
    '  train/small/0.png: 10×14',
    'with blanks in their names: 1',
    '  test/green/copy of 0.png',
    `note: photos/test has no pictures of 'small'`,
    '',
  ]);
  for (const line of lines) assert.ok(line.length <= 80, line);
});

test('classes of one size and whole files: nothing is wrong', async () => {
  await fillFolder(join(folder, 'even'), { green: 5, red: 5 }, 20);
  assert.match((await wickAgain(folder, ['data', 'inspect', 'even'])).out, /^Nothing is wrong/m);
});

test('a picture with two labels is told as such although it is in two splits, too', async () => {
  const root = join(folder, 'twice');
  await fillFolder(join(root, 'train'), { green: 2, red: 2 }, 20);
  await fillFolder(join(root, 'test'), { green: 1, red: 1 }, 20);
  copyFileSync(join(root, 'train/red/1.png'), join(root, 'test/green/9.png'));
  const { out } = await wickAgain(folder, ['data', 'inspect', 'twice']);
  const copies = /in several splits.*: 1\n {2}(.*red\/1\.png.*)\nin several classes: 1\n {2}(.*)\n/;
  const [, across = '', wrong] = copies.exec(out) ?? [];
  assert.match(across, /train\/red\/1\.png = test\/green\/9\.png/, out);
  assert.equal(wrong, across);
});

test('folders that are too small for a training, or lack a part, can be looked at', async () => {
  await fillFolder(join(folder, 'few'), { green: 1, red: 1 }, 20);
  await fillFolder(join(folder, 'half', 'train'), { green: 1, red: 1 }, 20);
  for (const [name, part] of [
    ['few', 'all'],
    ['half', 'train'],
  ] as const) {
    const inspected = await wickAgain(folder, ['data', 'inspect', name, '--json']);
    assert.equal(inspected.code, 0, inspected.err);
    assert.equal(JSON.parse(inspected.out).splits[0].name, part);
    assert.equal((await wickAgain(folder, ['data', 'stats', name])).code, 0);
    assert.equal((await wickAgain(folder, ['train', name])).code, 1);
  }
});

test('a preview goes on without a file that is no picture, and says so', async () => {
  await fillFolder(join(folder, 'some'), { green: 3, red: 3 }, 20);
  writeFileSync(join(folder, 'some/green/0.png'), 'no picture');
  const { code, out, err } = await wickAgain(folder, ['data', 'preview', 'some', '--json']);
  assert.equal(code, 1);
  const { samples, transforms } = JSON.parse(out);
  assert.deepEqual(
    [samples.file, transforms.file],
    ['some-preview.png', 'some-preview-transforms.png'],
  );
  assert.equal(samples.cells.length, 5);
  assert.equal(JSON.parse(err).error.subject, 'some/green/0.png');
  assert.ok(existsSync(join(folder, 'some-preview.png')));
  assert.match(
    (await wickAgain(folder, ['data', 'preview', 'some'])).err,
    /^DataError: some\/green\/0\.png: .*; remove it$/m,
  );
});

test('inspect --json is the whole report on one line', async () => {
  const { out } = await wickAgain(folder, ['data', 'inspect', 'photos', '--tiny', '100', '--json']);
  const report = JSON.parse(out);
  assert.deepEqual(
    report.splits.map((split: { name: string; samples: number }) => [split.name, split.samples]),
    [
      ['train', 15],
      ['test', 5],
    ],
  );
  assert.equal(report.tiny.length, 19);
  assert.equal(report.duplicates.length, 2);
});

test('stats are those of the training pictures, ready to be copied', async () => {
  const { out } = wick(folder, ['data', 'stats', 'digits', '--json']);
  const { mean, std, images, pixels } = JSON.parse(out);
  assert.equal(images, 5000);
  assert.equal(pixels, 5000 * 28 * 28);
  assert.ok(Math.abs(mean[0] - 0.1307) < 0.005 && Math.abs(std[0] - 0.3081) < 0.005, out);
  const lines = (await wickAgain(folder, ['data', 'stats', 'photos'])).out.split('\n');
  assert.match(lines[0] ?? '', /^photos, train: 14 pictures, 50,060 pixels, 1 could not be read$/);
  const list = lines[1]?.slice('  mean  '.length) ?? '';
  assert.match(list, /^0\.\d{4}, 0\.\d{4}, 0\.\d{4}$/);
  assert.ok(lines[4]?.startsWith(`new Normalize([${list}], [0.`), lines[4]);
});

test('preview draws samples and transforms', async () => {
  const args = 'data preview photos -o look.png --rows 2 --columns 3 --cell 40 --seed 0'.split(' ');
  writeFileSync(join(photos, 'train/red/page.jpg'), readFileSync(join(photos, 'train/red/0.png')));
  const { code, out, err } = wick(folder, args);
  assert.equal(code, 0, err);
  const lines = out.split('\n');
  assert.equal(lines[0], 'look.png: 6 samples of photos, train, seed 0; row by row:');
  assert.equal(lines[1], '  green, red, small'); // the classes take turns
  assert.equal(lines[3], 'look-transforms.png: one picture, row by row under');
  assert.match(lines[4] ?? '', /^ {2}Resize\(size=\(64, 64\), /);
  assert.equal(lines.at(-2), '  all of them, as training sees it');
  const size = async (name: string) => {
    const { height, width } = await decode(join(folder, name));
    return [height, width];
  };
  assert.deepEqual(await size('look.png'), [2 * 42 + 2, 3 * 42 + 2]);
  assert.deepEqual(await size('look-transforms.png'), [4 * 42 + 2, 3 * 42 + 2]);
});

test('preview shows the transforms of a recipe', async () => {
  const args = 'data preview photos -o other.png --recipe cifar10 --columns 2 --json'.split(' ');
  const { out, err } = await wickAgain(folder, args);
  const { samples, transforms, seed } = JSON.parse(out || err);
  assert.ok(Number.isSafeInteger(seed), 'drawn, as none is given');
  assert.equal(samples.cells.length, 12);
  assert.deepEqual(
    transforms.rows.map(({ name }: { name: string }) => name),
    ['RandomCrop', 'RandomHorizontalFlip', 'ColorJitter', 'RandomRotation', 'Compose'],
  );
});

test('mistakes are named, and nothing is left behind', async () => {
  const before = readdirSync(folder);
  for (const [args, message] of [
    ['data inspect phtos', /^ValueError: phtos: is no data set that wick knows/m],
    ['data preview photos -o look.jpg', /^ValueError: --out: 'look\.jpg' must end in \.png$/m],
    [
      'data preview photos -o x.png --recipe foood',
      /^ValueError: foood: is no data set.*did you mean food\?/m,
    ],
    [
      'data download digits',
      /^ValueError: download: 'digits' has no public address; there are mnist, /m,
    ],
    ['data inspect digits --image-size 3', /unknown option '--image-size'/],
    ['data look', /unknown command 'look'/],
  ] as const) {
    const { code, out, err } = await wickAgain(folder, args.split(' '));
    assert.match(err, message, args);
    assert.ok(code === 1 || code === 2, args);
    assert.equal(out, '', args);
  }
  assert.deepEqual(readdirSync(folder), before);
});

test('download says where the files are, and fetches none that are there', () => {
  const cache = join(folder, 'cache');
  const { code, err } = wick(folder, ['data', 'download', 'mnist'], {
    WICK_CACHE: cache,
    HTTP_PROXY: 'http://127.0.0.1:9',
    HTTPS_PROXY: 'http://127.0.0.1:9',
  });
  assert.equal(code, 1);
  assert.match(err, /^DataError: .*no MNIST here; looked at .*could not be downloaded/m);
  if (!existsSync('/usr/share/datasets/fashion-mnist')) return;
  const { out } = wick(folder, ['data', 'download', 'fashion-mnist'], { WICK_CACHE: cache });
  assert.match(out, /^fashion-mnist is in .*\.$/m);
});

test('bars are in proportion, to an eighth of a column', () => {
  assert.deepEqual(
    barChart([
      { label: 'a', value: 1000 },
      { label: 'a class with a very long name', value: 3 },
      { label: '', value: 0 },
    ]),
    [
      `a                         1,000 ${'█'.repeat(40)}`,
      'a class with a very lon…      3 ▏',
      '                              0',
    ],
  );
});

test('long lines are wrapped at blanks', () => {
  assert.deepEqual(wrapped('one two', 4), ['one two']);
  const words = Array.from({ length: 30 }, (_, i) => `word${i}`);
  const lines = wrapped(words.join(' '), 4);
  assert.ok(lines.length > 1 && lines.every((line) => line.length <= 80));
  assert.deepEqual(
    lines
      .map((line) => line.trim())
      .join(' ')
      .split(' '),
    words,
  );
  assert.ok(lines.slice(1).every((line) => line.startsWith('    word')));
  const long = 'x'.repeat(100);
  assert.deepEqual(wrapped(`  ${long} y`, 4), [`  ${long}`, '    y']);
});
