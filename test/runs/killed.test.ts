/** Trainings killed with SIGKILL and resumed end with the bits of one that never was; `npm run verify:resume` has 200 of them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import '../../src/ops/index.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import type { Combination, Moment } from './killed-training.js';
import { fillRoot } from './small-task.js';

const program = fileURLToPath(new URL('./killed-training.js', import.meta.url));
const skip = process.platform === 'win32' && 'there is no SIGKILL on Windows';

const files = [
  'metrics.jsonl',
  'steps.jsonl',
  'checkpoints/best.safetensors',
  'checkpoints/last.safetensors',
];

function start(run: string, combination: Combination, moment = '') {
  const args = [program, run, JSON.stringify(combination), moment];
  const { status, signal, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, signal, stderr };
}

async function check(folder: string, combination: Combination, moments: readonly Moment[]) {
  const [whole, cut] = [join(folder, 'whole'), join(folder, 'cut')];
  const ended = { status: 0, signal: null, stderr: '' };
  assert.deepEqual(start(whole, combination), ended);
  for (const moment of moments)
    assert.deepEqual(start(cut, combination, moment), {
      ...ended,
      status: null,
      signal: 'SIGKILL',
    });
  assert.deepEqual(start(cut, combination), ended);
  for (const file of files)
    assert.deepEqual(await readFile(join(cut, file)), await readFile(join(whole, file)), file);
}

test('killed in steps, in checkpoints and between epochs: compiled, with workers, Lookahead, frozen parts and mixup', {
  skip,
}, async (t) => {
  const combination: Combination = {
    engine: 'wasm',
    compile: true,
    precision: 'float32',
    workers: 1,
    augment: true,
    average: 'lookahead',
    mixup: true,
    accumulate: 1,
    parts: 'freeze',
  };
  await check(await temporaryFolder(t), combination, ['step 4', 'save 3', 'epoch 1', 'save 5']);
});

test('the same without recording, several batches to a step', { skip }, async (t) => {
  const combination: Combination = {
    engine: 'reference',
    compile: false,
    precision: 'float32',
    workers: 0,
    augment: true,
    average: 'none',
    mixup: false,
    accumulate: 3,
    parts: 'unfreeze',
  };
  await check(await temporaryFolder(t), combination, ['step 8', 'save 2']);
});

test('a head on features that are computed once, killed within an epoch', { skip }, async (t) => {
  const root = await temporaryFolder(t);
  await fillRoot(root);
  const begin = (run: string, step = '') => {
    const args = [join(program, '../killed-head.js'), root, join(root, run), 'head', step];
    const { signal, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return { signal, stderr };
  };
  assert.deepEqual(begin('whole'), { signal: null, stderr: '' });
  for (const step of ['2', '5'])
    assert.deepEqual(begin('cut', step), { signal: 'SIGKILL', stderr: '' });
  assert.deepEqual(begin('cut'), { signal: null, stderr: '' });
  for (const file of files)
    assert.deepEqual(
      await readFile(join(root, 'cut', file)),
      await readFile(join(root, 'whole', file)),
      file,
    );
});
