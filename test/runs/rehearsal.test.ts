/** What tries a training and leaves nothing behind. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTask } from '../../src/recipes/index.js';
import { resolveSettings } from '../../src/recipes/settings/resolve.js';
import type { SettingsLayer } from '../../src/recipes/settings/schema.js';
import { dryRun } from '../../src/runs/dry-run.js';
import { overfitBatch } from '../../src/runs/overfit-batch.js';
import { train } from '../../src/runs/train.js';
import { temporaryFolder as cliFolder, wick } from '../cli/run-wick.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

async function opened(layer: SettingsLayer, valSplit = 0) {
  const task = await openTask('digits', { limit: 80, seed: 4, valSplit });
  const own = { seed: 4, loader: { workers: 0 }, batchSize: 16, compile: false };
  return [task, resolveSettings(task.defaults, own, layer)] as const;
}

test('a dry run makes the steps that a training makes, in each phase', async (t) => {
  const [task, settings] = await opened({ epochs: 7 }, 0.2);
  const { phases, epochMs, runMs, memoryBytes } = await dryRun(task, settings);
  const shapes = phases.map(({ phase, shape, batches }) => [phase, shape.join(), batches]);
  assert.deepEqual(shapes, [
    ['train', '16,1,28,28', 4],
    ['val', '16,1,28,28', 1],
    ['test', '16,1,28,28', 5],
  ]);
  const time = (phase: string) => {
    const { batches = 0, batchMs = 0 } = phases.find((each) => each.phase === phase) ?? {};
    return batches * batchMs;
  };
  const firsts = phases.reduce((sum, { firstMs }) => sum + firstMs, 0);
  assert.ok(Math.abs(epochMs - time('train') - time('val')) < 1e-9);
  assert.ok(Math.abs(runMs - firsts - 7 * epochMs - time('test')) < 1e-6);
  assert.ok(memoryBytes > 2 ** 24);
  const { run } = await train('digits', {
    ...{ data: { limit: 80 }, split: { val: 0.2 }, seed: 4, batchSize: 16, epochs: 1 },
    ...{ loader: { workers: 0 }, compile: false, report: false },
    out: join(await temporaryFolder(t), 'run'),
  });
  assert.equal(phases[0]?.loss, (await run.readLog('steps.jsonl'))[0]?.loss);
});

test('a dry run freezes what the training would, and refuses what that would', async () => {
  const [task, settings] = await opened({
    epochs: 7,
    freeze: { parts: ['conv1', 'conv2'], afterEpochs: 2 },
  });
  const { phases, epochMs, runMs } = await dryRun(task, settings);
  assert.deepEqual(
    phases.map(({ phase, batches }) => [phase, batches]),
    [
      ['train', 5],
      ['frozen', 5],
      ['test', 5],
    ],
  );
  const time = (n: number) => (phases[n]?.batches ?? 0) * (phases[n]?.batchMs ?? 0);
  const firsts = phases.reduce((sum, { firstMs }) => sum + firstMs, 0);
  assert.ok(Math.abs(epochMs - time(0) - time(2)) < 1e-9);
  assert.ok(Math.abs(runMs - firsts - 2 * time(0) - 5 * time(1) - 7 * time(2)) < 1e-6);
  const refused = async (parts: string[], message: RegExp, afterEpochs = 2) => {
    const [, other] = await opened({ epochs: 7, freeze: { parts, afterEpochs } });
    await assert.rejects(dryRun(task, other), { message });
  };
  await refused(['conv9'], /conv9/, 9);
  await refused([''], /^Trainer: nothing would learn from epoch 3 on/);
});

test('one batch is learned by heart, whatever keeps the loss up on purpose', async () => {
  const [task, settings] = await opened({ loss: { labelSmoothing: 0.5 }, mixup: 1, accumulate: 4 });
  const losses: number[] = [];
  const onStep = (_: number, loss: number) => void losses.push(loss);
  const { samples, steps, firstLoss, lastLoss, reached } = await overfitBatch(task, settings, {
    onStep,
  });
  assert.ok(reached && lastLoss <= firstLoss / 100, `${firstLoss} → ${lastLoss}`);
  assert.equal(samples, 16);
  assert.equal(losses.length, steps);
  assert.equal(losses[0], firstLoss);
});

test('a rate that is far too low does not get there, and says so', async () => {
  const [task, settings] = await opened({ optimizer: { name: 'sgd', lr: 1e-6 } });
  const { steps, reached, firstLoss, lastLoss } = await overfitBatch(task, settings, { steps: 15 });
  assert.deepEqual([steps, reached], [15, false]);
  assert.ok(lastLoss > 0.9 * firstLoss);
});

test('neither makes a run folder on the command line', () => {
  const cwd = cliFolder();
  const small = ['--limit', '40', '--workers', '0', '--seed', '0', '--threads', '1'];
  const dry = wick(cwd, ['train', 'digits', '--dry-run', ...small]);
  assert.equal(dry.code, 0, dry.err);
  assert.match(dry.out, /^ {2}train +32×1×28×28 +\d\.\d+ +\d+ ms +[\d.]+ ms +2$/m);
  assert.match(
    dry.out,
    /^An epoch takes about \d+:\d\d, all 3 about \d+:\d\d; memory so far \d+ MB\.$/m,
  );
  const heart = wick(cwd, [
    'train',
    'digits',
    '--overfit-batch',
    '--lr',
    '1e-9',
    '--json',
    ...small,
  ]);
  assert.equal(heart.code, 1);
  assert.equal(JSON.parse(heart.out).reached, false);
  assert.match(wick(cwd, ['train', 'digits', '--dry-run', '--out', 'x']).err, /leave --out out/);
  assert.ok(!existsSync(join(cwd, 'runs')));
});
