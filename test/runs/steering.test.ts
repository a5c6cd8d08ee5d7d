/** A training that is steered while it goes on: what is done, what is written down, and that it can be done again. */
import assert from 'node:assert/strict';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import '../../src/ops/index.js';
import { reproduce } from '../../src/runs/reproduce.js';
import { resume } from '../../src/runs/resume.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { readSteering, type SteeringRequest, steer } from '../../src/runs/steering/steering-log.js';
import { train } from '../../src/runs/train.js';
import type { Callback } from '../../src/train/callback.js';
import { fillFolder } from '../recipes/picture-folder.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

const files = [
  'metrics.jsonl',
  'steps.jsonl',
  'checkpoints/best.safetensors',
  'checkpoints/last.safetensors',
];

async function contents(run: RunFolder): Promise<Record<string, string>> {
  const read = async (file: string) => [file, await readFile(run.file(file), 'base64')] as const;
  return Object.fromEntries(await Promise.all(files.map(read)));
}

/** Trains 3 epochs of 3 steps; `during` is called in each step. */
async function small(t: TestContext) {
  const root = await temporaryFolder(t);
  const photos = join(root, 'photos');
  await fillFolder(join(photos, 'train'), { green: 12, red: 12 });
  await fillFolder(join(photos, 'test'), { green: 4, red: 4 });
  const begin = async (
    name: string,
    during: (run: RunFolder, step: number) => Promise<void> | void,
    signal?: AbortSignal,
  ) => {
    const out = join(root, name);
    const onStep: Callback['onStep'] = async ({ globalStep }) =>
      during(await RunFolder.open(out), globalStep);
    const { run, summary } = await train(photos, {
      ...{ data: { imageSize: 8 }, epochs: 3, batchSize: 8, loader: { workers: 0 }, seed: 5 },
      ...{ callbacks: [{ onStep }], out, ...(signal && { signal }) },
      schedule: { name: 'cosine', per: 'step' },
      report: false,
    });
    return { run, summary };
  };
  return { root, begin };
}

/** Asks after a step; that and the steps behind it take their time, until one of them begins after it was heard. */
const asking = (step: number, request: SteeringRequest) => async (run: RunFolder, now: number) => {
  if (now < step || (await readSteering(run)).length > 0) return;
  if (now === step) await steer(run, request);
  await setTimeout(400);
};

test('a changed rate holds from the next step on, is written down, and the schedule goes on from it', async (t) => {
  const { begin } = await small(t);
  const plain = await begin('plain', () => {});
  const { run, summary } = await begin('steered', asking(3, { action: 'lr', lr: 1e-5 }));
  const [entry, ...more] = await readSteering(run);
  assert.deepEqual(more, []);
  assert.ok(entry?.action === 'lr' && entry.to === 1e-5 && entry.step < 9);
  const rates = async (of: RunFolder) => (await of.readLog('steps.jsonl')).map(({ lr }) => lr);
  const [before, now] = [await rates(plain.run), await rates(run)];
  assert.deepEqual(now.slice(0, entry.step), before.slice(0, entry.step));
  assert.equal(now[entry.step], 1e-5);
  const ratio = (all: readonly number[]) => (all[8] ?? 0) / (all[entry.step] ?? 1);
  assert.ok(Math.abs(ratio(now) - ratio(before)) < 1e-9);
  assert.equal(summary.interrupted, false);
  const { notes } = JSON.parse(await readFile(run.file('summary.json'), 'utf8'));
  const told = `the learning rate was changed by hand from ${entry.from} to 0.00001 after step ${entry.step}`;
  assert.ok(notes.includes(told), notes.join());
  assert.ok(!(await readdir(run.path)).includes('control.jsonl'));
});

test('a steered run is repeated, and gone on with from before the change, to the same bits', async (t) => {
  const { root, begin } = await small(t);
  const { run } = await begin('steered', asking(4, { action: 'lr', lr: 3e-4 }));
  const again = await reproduce(run.path, { out: join(root, 'again') });
  assert.equal(again.same, true);
  assert.deepEqual(await readSteering(again.run), await readSteering(run));
  // As if it had been killed after the change, and its last checkpoint were of before it.
  const abort = new AbortController();
  const cut = await begin('cut', (_, step) => void (step === 2 && abort.abort()), abort.signal);
  await copyFile(run.file('steering.jsonl'), cut.run.file('steering.jsonl'));
  await resume(cut.run.path, { report: false });
  assert.deepEqual(await contents(cut.run), await contents(run));
  assert.equal((await readSteering(cut.run)).length, 1, 'it is written down once');
});

test('a stop ends as a signal does; what was asked of a process that is gone is void', async (t) => {
  const { begin } = await small(t);
  const whole = await begin('whole', () => {});
  const { run, summary } = await begin('stopped', asking(2, { action: 'stop' }));
  assert.equal(summary.interrupted, true);
  assert.ok(summary.steps < 9);
  await writeFile(run.file('control.jsonl'), '{"action":"stop"}\n');
  await resume(run.path, { report: false });
  assert.deepEqual(await contents(run), await contents(whole.run));
  assert.deepEqual(
    (await readSteering(run)).map(({ action }) => action),
    ['stop'],
  );
});

test('what nobody understands is passed over; where nobody trains nothing is asked for', async (t) => {
  const { begin } = await small(t);
  const { run, summary } = await begin('odd', async (of, step) => {
    if (step !== 1) return;
    const odd = ['not json', '{"action":"explode"}', '{"action":"lr","lr":-1}', '{"action":"lr"}'];
    await writeFile(of.file('control.jsonl'), `${odd.join('\n')}\n{"action":"st`);
    await setTimeout(500);
  });
  assert.equal(summary.interrupted, false);
  assert.deepEqual(await readSteering(run), []);
  await assert.rejects(steer(run, { action: 'stop' }), {
    name: 'DataError',
    message: `${run.path}: nobody trains in it: there is nothing to steer`,
  });
});
