/** A run that began on an engine which there is no more. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import '../../src/engine/standard.js';
import { engineNames } from '../../src/engine/registry.js';
import { temporaryFolder, wick, wickAgain } from './run-wick.js';

test('a run of an engine that is gone is measured, and goes on where another is asked for', async () => {
  const folder = temporaryFolder();
  const small = ['--limit', '40', '--seed', '0', '--no-report'];
  const begun = wick(folder, ['train', 'digits', '--epochs', '1', ...small, '--out', 'run']);
  assert.equal(begun.code, 0, begun.err);
  const file = join(folder, 'run', 'config.json');
  const config = JSON.parse(readFileSync(file, 'utf8'));
  config.engine.engine = 'former';
  writeFileSync(file, JSON.stringify(config));

  assert.equal((await wickAgain(folder, ['evaluate', 'run'])).code, 0);
  const goOn = ['train', '--resume', 'run', '--epochs', '2', '--no-report'];
  const names = engineNames().join(', ');
  const advice = '--engine takes another \\(and --force, to go on with it\\), which rounds';
  for (const command of [goOn, ['reproduce', 'run']]) {
    const refused = await wickAgain(folder, command);
    assert.equal(refused.code, 1);
    const message = `^CheckpointError: run: was begun on engine 'former', one of ${names} is required; ${advice}`;
    assert.match(refused.err, new RegExp(message));
  }
  const unforced = await wickAgain(folder, [...goOn, '--engine', 'wasm']);
  assert.match(unforced.err, /cannot go on to the same bits: engine was former and is wasm now/);
  const forced = wick(folder, [...goOn, '--engine', 'wasm', '--force']);
  assert.equal(forced.code, 0, forced.err);
});
