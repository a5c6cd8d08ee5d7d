import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { makeRun } from '../runs/compare/made-run.js';
import { temporaryFolder, wick, wickAgain } from './run-wick.js';

const folder = temporaryFolder();
const long = Array.from({ length: 9 }, (_, i) => `a-name-of-many-letters-and-${i}`);
const names = ['a', 'b', '<script>alert(1)', ...long];

before(async () => {
  for (const [i, name] of names.entries())
    await makeRun(folder, name, {
      settings: { batchSize: 8 * 2 ** i, optimizer: { name: 'adam', lr: 0.001 * (i + 1) } },
      accuracies: [0.5, Math.min(0.95, 0.6 + 0.1 * i)],
    });
});

test('two runs side by side', () => {
  const { code, out, err } = wick(folder, ['compare', 'a', 'b']);
  assert.deepEqual([code, err], [0, '']);
  assert.equal(
    out,
    [
      '   run  epochs   test       95 %  time  images/s  params',
      'A  a       2/2  60.0%  56.9–63.0  0:05       500   61.3K',
      'B  b       2/2  70.0%  67.1–72.8  0:05       500   61.3K',
      '',
      'setting           A      B',
      'optimizer.lr  0.001  0.002',
      'batchSize         8     16',
      '',
      'B is the best, by 10.0 points before A',
      '',
    ].join('\n'),
  );
});

test('many runs keep to 80 columns; the page holds whatever names are', async () => {
  const paths = names.map((name) => join(folder, name));
  const { code, out } = await wickAgain(folder, ['compare', ...paths, '-o', 'page.html']);
  assert.equal(code, 0);
  assert.match(out, /^L {2}…\S+-and-8 +2\/2 /m);
  for (const line of out.split('\n')) assert.ok([...line].length <= 80, line);
  const page = readFileSync(join(folder, 'page.html'), 'utf8');
  assert.ok(!page.includes('<script'), 'names are text');
  assert.match(page, /<svg[^>]*>/);
  assert.match(page, /<td><bdi>optimizer\.lr<\/bdi><\/td>/);
  assert.ok(!/(src|href)="?http/.test(page));
});

test('--json is one object; a folder that is no run is told on stderr, and the exit code says so', async () => {
  const { code, out, err } = await wickAgain(folder, ['compare', 'a', 'nowhere', '--json']);
  assert.equal(code, 1);
  const { runs } = JSON.parse(out);
  assert.deepEqual([runs.length, runs[0].test.estimate], [1, 0.6]);
  assert.equal(JSON.parse(err).error.subject, 'nowhere');
});

test('a page of no known kind is refused before anything is read', async () => {
  const { code, err } = await wickAgain(folder, ['compare', 'nowhere', '-o', 'page.png']);
  assert.equal(code, 2);
  assert.match(err, /^error: --out 'page\.png' must end in \.html or \.svg\n/);
});
