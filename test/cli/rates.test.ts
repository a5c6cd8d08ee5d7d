import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder, wick, wickAgain } from './run-wick.js';

const folder = temporaryFolder();

test('lr-find suggests, draws, and writes nothing else', () => {
  const args = ['lr-find', 'digits', '--limit', '200', '--steps', '30', '--seed', '1'];
  const { code, out, err } = wick(folder, args);
  assert.equal(code, 0, err);
  assert.match(out, /^digits: adam, \d+ of 30 steps from 1e-7 to \d\.\d\de[+-]\d+\n {2}valley +\d/);
  assert.match(
    out,
    /\n {2}slide .*\n {2}steep .*\n {2}minimum .*\nThe curve is in lr-find\.svg\.\n$/,
  );
  assert.match(readFileSync(join(folder, 'lr-find.svg'), 'utf8'), /^<svg /);
});

test('what lr-find has found is told although its picture cannot be written', async () => {
  const out = `${'x'.repeat(300)}.svg`; // longer than a name may be
  const args = ['lr-find', 'digits', '--limit', '200', '--steps', '30', '--seed', '1', '-o', out];
  const text = await wickAgain(folder, args);
  assert.equal(text.code, 1);
  assert.match(text.out, /\n {2}minimum .*\n$/);
  assert.match(text.err, /^DataError: x+\.svg: cannot be written \(ENAMETOOLONG: .*\n$/);
  const json = await wickAgain(folder, [...args, '--json']);
  assert.equal(JSON.parse(json.out).picture, null);
  assert.equal(JSON.parse(json.err).error.name, 'DataError');
});

test('--plot-schedule draws the rates before anything is trained', async () => {
  writeFileSync(join(folder, 's.yaml'), 'recipe: digits\nepochs: 2\nschedule: cosine\nwarmup: 1\n');
  const args = ['train', '--config', 's.yaml', '--plot-schedule', 'rates.svg', '--json'];
  const { code, out, err } = await wickAgain(folder, args);
  assert.equal(code, 0, err);
  const { rates, stepsPerEpoch } = JSON.parse(out);
  assert.deepEqual([stepsPerEpoch, rates.length], [157, 314]);
  assert.ok(Math.abs(rates[0] - 1e-5) < 1e-12 && Math.abs(rates[157] - 1e-3) < 1e-9);
  assert.ok(rates.at(-1) < 1e-5);
  assert.match(readFileSync(join(folder, 'rates.svg'), 'utf8'), /^<svg /);
  const resumed = await wickAgain(folder, [...args, '--resume', 'some-run']);
  assert.equal(resumed.code, 2);
  assert.match(resumed.err, /--plot-schedule makes no run; leave --resume out/);
});

test('a damaged file of settings is named with its line', async () => {
  writeFileSync(join(folder, 'bad.yaml'), 'epochs: 2\noptimizer: {name: sgd\n');
  const bad = await wickAgain(folder, ['train', 'digits', '--config', 'bad.yaml']);
  assert.equal(bad.code, 1);
  assert.match(bad.err, /^DataError: bad\.yaml: is no YAML \(.* at line \d+, column \d+\)$/m);
  writeFileSync(join(folder, 'tag.yaml'), 'seed: !!js/function x\n');
  assert.match(
    (await wickAgain(folder, ['train', 'digits', '--config', 'tag.yaml'])).err,
    /^DataError: tag\.yaml: is no YAML \(Unresolved tag: .* at line 1, column 7\)$/m,
  );
  writeFileSync(join(folder, 'list.json'), '[1]');
  assert.match(
    (await wickAgain(folder, ['train', 'digits', '--config', 'list.json'])).err,
    /^DataError: list\.json: holds \[1\], settings by name are required$/m,
  );
});
