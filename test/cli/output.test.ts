import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { barChart } from '../../src/cli/bar-chart.js';
import { formatTable, jsonLine, wrapped } from '../../src/cli/output.js';
import { cutText, padText, textWidth } from '../../src/cli/text-width.js';
import { fillFolder } from '../recipes/picture-folder.js';
import { temporaryFolder, wick, wickEach } from './run-wick.js';

const folder = temporaryFolder();

test('tables align whatever the characters take', () => {
  const names = ['boots', '运动鞋', 'é', 'नमस्ते', '👟'];
  const lines = formatTable(names.map((name) => [name, '12', 'x']));
  const widths = lines.map((line) => textWidth(line));
  assert.deepEqual(new Set(widths).size, 1, lines.join('\n'));
  assert.equal(lines[0], 'boots   12  x');
  assert.equal(lines[1], '运动鞋  12  x');
});

test('bars begin in one column, and long names are cut to one width', () => {
  const bars = barChart([
    { label: '运'.repeat(20), value: 3 },
    { label: 'sneakers', value: 2 },
    { label: '👟👟', value: 1 },
  ]);
  const starts = bars.map((line) => textWidth(line.slice(0, line.indexOf('█'))));
  assert.deepEqual(new Set(starts).size, 1, bars.join('\n'));
  for (const line of bars) assert.ok(textWidth(line) <= 80);
});

test('text is cut between characters, and padded by columns', () => {
  assert.equal(cutText('sneakers', 8), 'sneakers');
  assert.equal(cutText('sneakers', 4), 'sne…');
  assert.equal(cutText('运动鞋', 5), '运动…');
  assert.equal(cutText('👩‍👩‍👧x', 2), '…');
  assert.equal(padText('运', 4, 'before'), '  运');
});

test('wrapping counts columns', () => {
  const lines = wrapped(Array.from({ length: 33 }, () => '运动鞋').join(' '), 2);
  assert.ok(lines.length > 1);
  for (const line of lines) assert.ok(textWidth(line) <= 80 && textWidth(line) > 60);
});

test('JSON holds nothing that a terminal would act on, and is the same when read', () => {
  const value = { name: '\x1b[2J\x9b\u202egpj\u2028', ok: '运动鞋' };
  const line = jsonLine(value);
  assert.ok(!/[\p{Cc}\u202e\u2028]/u.test(line));
  assert.ok(line.includes('运动鞋'));
  assert.deepEqual(JSON.parse(line), value);
});

/** What must never come out of the command line, where no terminal is written to. */
const acting = /[^\P{Cc}\n]|\u202e/u;

test('names of files and classes cannot act on the terminal', async () => {
  const bad = 'x\x1b]0;owned\x07\u202egpj';
  const photos = join(folder, `photos${bad}`);
  mkdirSync(photos);
  await fillFolder(photos, { [`green${bad}`]: 10, red: 10 });
  const run = join('runs', `photos${bad}-1`);
  const picture = join(photos, 'red', '0.png');
  const train = ['train', photos, '--epochs', '1', '--image-size', '8'];
  const looks = [
    ['data', 'inspect', photos],
    ['data', 'preview', photos],
    ['data', 'stats', photos],
    ['evaluate', run],
    ['predict', run, picture],
    ['summary', run],
  ].flatMap((args) => [args, [...args, '--json']]);
  for (const { code, out, err } of [
    ...[[], ['--json']].map((more) => wick(folder, [...train, ...more])),
    ...(await wickEach(folder, looks)),
  ]) {
    assert.equal(code, 0, err);
    assert.ok(!acting.test(out + err), JSON.stringify(out + err));
  }
  for (const { code, err } of await wickEach(folder, [
    ['predict', run, `none${bad}`],
    ['evaluate', bad],
    ['train', bad],
    ['train', `--${bad}`],
    [bad],
  ])) {
    assert.ok(code !== 0);
    assert.ok(err.includes('\\x1b') && !acting.test(err), JSON.stringify(err));
  }
});

test('commands write to the terminal through one door', () => {
  const source = fileURLToPath(new URL('../../../src/cli', import.meta.url));
  const doors = [
    'output.ts',
    'report-error.ts',
    'program.ts',
    'status-line.ts',

    'main.ts',
  ];
  const wrong = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !doors.includes(file))
    .filter((file) =>
      /console\.|std(out|err)\.write/.test(readFileSync(join(source, file), 'utf8')),
    );
  assert.deepEqual(wrong, []);
});
