import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import '../../src/ops/index.js';
import { useEngine } from '../../src/engine/select.js';
import { differences } from '../../src/runs/differences.js';
import { type ResumeOptions, resume as resumeRun } from '../../src/runs/resume.js';
import type { RunConfig } from '../../src/runs/run-config.js';
import type { RunFolder } from '../../src/runs/run-folder.js';
import { type TrainOptions, train } from '../../src/runs/train.js';
import type { Callback } from '../../src/train/callback.js';
import { colored, fillFolder } from '../recipes/picture-folder.js';
import { put, temporaryFolder } from '../vision/datasets/temporary-folder.js';

/** What is drawn is looked at in pictures.test.ts. */
const resume = (path: string, options: ResumeOptions = {}) =>
  resumeRun(path, { report: false, ...options });

/** Trains on 24 tiny pictures for 3 epochs of 3 steps; `stopAt` says after which step a signal comes. */
async function small(t: TestContext) {
  const root = await temporaryFolder(t);
  const photos = join(root, 'photos');
  await fillFolder(join(photos, 'train'), { green: 12, red: 12 });
  await fillFolder(join(photos, 'test'), { green: 4, red: 4 });
  const data = { imageSize: 8 };
  const options = { data, epochs: 3, batchSize: 8, loader: { workers: 0 }, seed: 5, report: false };
  const begin = async (name: string, stopAt = Number.POSITIVE_INFINITY) => {
    const { run } = await train(photos, { ...options, ...stopping(stopAt), out: join(root, name) });
    return run;
  };
  return { root, photos, begin };
}

function stopping(step: number) {
  const abort = new AbortController();
  const callback: Callback = {
    onStep: ({ globalStep }) => void (globalStep === step && abort.abort()),
  };
  return { callbacks: [callback], signal: abort.signal };
}

const same = [
  'metrics.jsonl',
  'steps.jsonl',
  'checkpoints/best.safetensors',
  'checkpoints/last.safetensors',
];

async function filesOf(run: RunFolder): Promise<Record<string, string>> {
  const read = async (file: string) => [file, await readFile(run.file(file), 'base64')] as const;
  return Object.fromEntries(await Promise.all(same.map(read)));
}

test('a run that was stopped goes on to the same files, whatever lines came after its checkpoint', async (t) => {
  const { begin } = await small(t);
  const whole = await begin('whole');
  const cut = await begin('cut', 4);
  assert.equal((await cut.readLog('steps.jsonl')).length, 4);
  // As if it had been killed later: lines and weights that no checkpoint knows.
  await appendFile(cut.file('steps.jsonl'), '{"step":5}\n{"st');
  await appendFile(cut.file('metrics.jsonl'), '{"epoch":2}\n');
  await writeFile(cut.checkpoint('best'), 'of a later epoch');
  const notes: string[] = [];
  const { summary } = await resume(cut.path, {
    callbacks: [{ onNote: (text) => void notes.push(text) }],
  });
  assert.deepEqual(notes, ['goes on in epoch 2 of 3, after 4 steps']);
  assert.deepEqual([summary.epochs, summary.steps, summary.interrupted], [3, 9, false]);
  assert.deepEqual(await filesOf(cut), await filesOf(whole));
});

test('a run without a checkpoint begins anew', async (t) => {
  const { begin } = await small(t);
  const whole = await begin('whole');
  const cut = await begin('cut', 2);
  await rm(cut.file('checkpoints'), { recursive: true });
  await resume(cut.path);
  assert.deepEqual(await filesOf(cut), await filesOf(whole));
});

test('a learning rate that is forced is used', async (t) => {
  const { begin } = await small(t);
  const cut = await begin('cut', 4);
  await resume(cut.path, { settings: { optimizer: { lr: 0.5 } }, force: true });
  const lines = await cut.readLog('steps.jsonl');
  assert.deepEqual(
    lines.map(({ lr }) => lr),
    [0.001, 0.001, 0.001, 0.001, 0.5, 0.5, 0.5, 0.5, 0.5],
  );
});

test('one that is stopped before it goes on stays as it was, and tells where it is', async (t) => {
  const { begin } = await small(t);
  const cut = await begin('cut', 4);
  const summaryOfRun = () => readFile(cut.file('summary.json'), 'utf8');
  const before = [await summaryOfRun(), await readFile(cut.file('config.json'), 'utf8')];
  const settings = { epochs: 5 };
  const { summary } = await resume(cut.path, { settings, signal: AbortSignal.abort() });
  assert.deepEqual([summary.epochs, summary.steps, summary.interrupted], [1, 4, true]);
  assert.equal(summary.best?.epoch, 1);
  assert.deepEqual([await summaryOfRun(), await readFile(cut.file('config.json'), 'utf8')], before);
});

test('the best weights of the checkpoint are put back at once, whatever a later epoch has left there', async (t) => {
  const { begin } = await small(t);
  const cut = await begin('cut', 4);
  const best = await readFile(cut.checkpoint('best'), 'base64');
  await writeFile(cut.checkpoint('best'), 'of a later epoch');
  await resume(cut.path, stopping(5));
  assert.equal(await readFile(cut.checkpoint('best'), 'base64'), best);
});

test('what the checkpoint refuses although it is forced leaves the run as it was', async (t) => {
  const { begin } = await small(t);
  const whole = await begin('whole');
  const cut = await begin('cut', 4);
  const config = await readFile(cut.file('config.json'), 'utf8');
  const refused = [
    [{ optimizer: 'sgd' }, /: optimizer was adam and is sgd now: the checkpoint has the state of /],
    [{ schedule: 'cosine' }, /: schedule was plateau and is cosine now: the checkpoint has /],
    [{ schedule: null }, /: schedule was plateau and is none now: the checkpoint has /],
    [{ batchSize: 4 }, / when the checkpoint was made and is /],
  ] as const;
  for (const [settings, message] of refused)
    await assert.rejects(resume(cut.path, { settings, force: true }), { message });
  assert.equal(await readFile(cut.file('config.json'), 'utf8'), config);
  await resume(cut.path);
  assert.deepEqual(await filesOf(cut), await filesOf(whole));
});

test('epochs may be raised', async (t) => {
  const { begin } = await small(t);
  const whole = await begin('whole');
  const { run } = await resume(whole.path, { settings: { epochs: 5 } });
  assert.equal((await run.readLog('metrics.jsonl')).length, 10);
  const { settings } = (await run.read('config.json')) as RunConfig;
  assert.equal(settings.epochs, 5);
});

test('what has changed is refused by name; by force it goes on and says so', async (t) => {
  const { root, photos, begin } = await small(t);
  const cut = await begin('cut', 4);
  const before = await filesOf(cut).catch(() => null);
  const refuse = async (options: Parameters<typeof resume>[1], changed: RegExp) => {
    await assert.rejects(resume(cut.path, options), (error: Error) => {
      assert.equal(error.name, 'CheckpointError');
      assert.match(error.message, changed);
      assert.match(error.message, /; make it as it was, or pass \{ force: true \}$/);
      return true;
    });
  };
  await refuse(
    { settings: { optimizer: { lr: 0.5 } } },
    /: cannot go on to the same bits: optimizer\.lr was 0\.001 and is 0\.5 now; /,
  );
  await refuse({ settings: { epochs: 2 } }, /epochs was 3 and is 2 now/);
  useEngine('reference');
  await refuse({}, /engine was \w+ and is reference now/);
  useEngine(String(((await cut.read('config.json')) as RunConfig).engine.engine));
  await put(photos, 'train/red/more.png', await readFile(join(photos, 'train', 'red', '0.png')));
  await refuse({}, /the train set had 24 images and has 25 now/);
  await rm(join(photos, 'train', 'red', 'more.png'));
  await put(photos, 'train/red/0.png', await colored('red', 30, 1));
  await refuse({}, /the train set has other images than it had/);
  assert.deepEqual(await filesOf(cut).catch(() => null), before, 'nothing was changed');
  const notes: string[] = [];
  const callbacks = [{ onNote: (text: string) => void notes.push(text) }];
  const { summary } = await resume(cut.path, { force: true, callbacks });
  assert.equal(summary.epochs, 3);
  assert.deepEqual(notes, [
    'goes on although the train set has other images than it had',
    'goes on in epoch 2 of 3, after 4 steps',
  ]);
  await assert.rejects(resume(join(root, 'nosuch')), {
    name: 'DataError',
    message: /cannot be opened/,
  });
});

test('what numbers depend on is compared, what they do not is not', () => {
  const config: RunConfig = {
    recipe: 'x',
    settings: { epochs: 3, optimizer: { lr: 1 }, loader: { workers: 0 } },
    engine: { engine: 'wasm', threads: 2, winograd: true, problem: 'none' },
    data: { train: 5, test: 2, fingerprint: { train: 'a', test: 'b' } },
    wick: '1.0.0',
    node: 'v20.19.1',
  };
  const changed = (now: Partial<RunConfig>) => differences(config, { ...config, ...now });
  assert.deepEqual(changed({}), []);
  assert.deepEqual(
    changed({
      settings: { epochs: 9, optimizer: { lr: 1 }, loader: { workers: 3 } },
      node: 'v20.20.0',
    }),
    [],
  );
  assert.deepEqual(changed({ wick: '1.0.1', node: 'v22.1.0' }), [
    'the version of wick was 1.0.0 and is 1.0.1 now',
    'the version of Node was v20 and is v22 now',
  ]);
  assert.deepEqual(
    changed({ engine: { ...config.engine, threads: 4, winograd: false, problem: '' } }),
    ['threads was 2 and is 4 now', 'winograd was true and is false now'],
  );
  const on = (description: string) => ({ ...config.engine, adapter: { description } });
  assert.deepEqual(
    differences({ ...config, engine: on('one GPU') }, { ...config, engine: on('another') }),
    ['its GPU was one GPU and is another now'],
  );
  assert.deepEqual(
    changed({
      data: { train: 5, test: 2, val: 1, fingerprint: { train: 'a', test: 'c', val: 'd' } },
    }),
    ['the val set had no images and has 1 now', 'the test set has other images than it had'],
  );
});

test('everything that settings can ask for goes on to the same bits, and weights of single epochs are kept', async (t) => {
  const root = await temporaryFolder(t);
  const photos = join(root, 'photos');
  await fillFolder(join(photos, 'train'), { green: 12, red: 12 });
  await fillFolder(join(photos, 'test'), { green: 4, red: 4 });
  const options: TrainOptions = {
    ...{ data: { imageSize: 8 }, epochs: 4, batchSize: 4, loader: { workers: 0 }, seed: 5 },
    ...{ optimizer: { name: 'sgd', lr: 0.05, momentum: 0.9 }, schedule: 'cosine', warmup: 1 },
    ...{ ema: 0.9, accumulate: 2, clip: 1, split: { val: 0.25 }, loss: { labelSmoothing: 0.1 } },
    report: false,
    ...{ earlyStopping: 3, checkpoints: { everySteps: 1, keepEvery: 2, keepBest: 1 } },
  };
  const { run: whole } = await train(photos, { ...options, out: join(root, 'whole') });
  const { run: cut } = await train(photos, { ...options, ...stopping(7), out: join(root, 'cut') });
  await resume(cut.path, stopping(11));
  await resume(cut.path, { signal: AbortSignal.abort() }); // before its first step
  await resume(cut.path);
  assert.deepEqual(await filesOf(cut), await filesOf(whole));
  const kept = async (run: RunFolder) =>
    (await readdir(run.file('checkpoints'))).filter((name) => name.startsWith('epoch-'));
  assert.equal((await kept(whole)).length, 1);
  assert.deepEqual(await kept(cut), await kept(whole));
});
