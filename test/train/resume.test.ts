import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Callback } from '../../src/train/callback.js';
import { Checkpoint } from '../../src/train/callbacks/checkpoint.js';
import { EarlyStopping } from '../../src/train/callbacks/early-stopping.js';
import { Freeze } from '../../src/train/callbacks/freeze.js';
import { Lookahead } from '../../src/train/callbacks/lookahead.js';
import { LossSpikes } from '../../src/train/callbacks/loss-spikes.js';
import { WeightAveraging } from '../../src/train/callbacks/weight-averaging.js';
import type { Trainer } from '../../src/train/trainer.js';
import type { TrainerState } from '../../src/train/trainer-state.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { bitsOf, type SmallOptions, smallTraining } from './small-training.js';

class Killed extends Error {}

/** Ends a training at once where it is, as SIGKILL would: what was saved before is all that is left. */
function killAt(at: (moment: string) => boolean): Callback {
  const check = (moment: string) => {
    if (at(moment)) throw new Killed();
  };
  return {
    onStep: ({ globalStep }) => check(`step ${globalStep}`),
    onMeasure: ({ epoch, batch }) => check(`measure ${epoch}.${batch}`),
    onEpoch: ({ epoch }) => check(`epoch ${epoch}`),
  };
}

/** Runs once to the end, and once killed at each of `moments` in turn; both must end with the same bits. */
async function sameWhenKilled(
  t: TestContext,
  moments: readonly string[],
  options: () => SmallOptions = () => ({}),
): Promise<void> {
  const whole = smallTraining(options());
  const ended = await whole.trainer.fit();
  const file = join(await temporaryFolder(t), 'state.safetensors');
  const losses = new Map<number, number>();
  const epochs = new Map<number, string>();
  const run = async (moment: string | null) => {
    const { callbacks = [], ...rest } = options();
    const saving = new Checkpoint(file, { everySteps: 1 });
    const part = smallTraining({
      ...rest,
      callbacks: [...callbacks, killAt((now) => now === moment), saving],
    });
    const fit = part.trainer.fit(existsSync(file) ? { resume: file } : {});
    if (moment !== null) await assert.rejects(fit, Killed, moment);
    const summary = moment === null ? await fit : null;
    for (const [step, loss] of part.losses) losses.set(step, loss);
    for (const line of part.epochs) epochs.set(JSON.parse(line)[0], line);
    return { ...part, summary };
  };
  for (const moment of moments) await run(moment);
  const { trainer, model, summary } = await run(null);
  assert.deepEqual(bitsOf(model.stateDict()), bitsOf(whole.model.stateDict()));
  assert.deepEqual([...losses], [...whole.losses]);
  assert.deepEqual([...epochs.values()], whole.epochs);
  assert.equal(summary?.steps, ended.steps);
  assert.deepEqual(summary?.test, ended.test);
  assert.deepEqual(bestOf(trainer), bestOf(whole.trainer));
}

const bestOf = ({ bestWeights }: Trainer) => bitsOf(bestWeights ?? new Map());

const moments = ['step 1', 'step 3', 'measure 1.2', 'step 6', 'epoch 2', 'step 12', 'measure 3.1'];

test('killed within epochs, while it measures and between epochs: the same bits, eager', (t) =>
  sameWhenKilled(t, moments));

test('the same, compiled', (t) => sameWhenKilled(t, moments, () => ({ compile: true })));

test('the same with workers and seeds of the loaders’ own', (t) =>
  sameWhenKilled(t, ['step 3', 'measure 2.1'], () => ({ numWorkers: 2, loaderSeed: 5 })));

test('the same with averaged weights, early stopping, accumulation, clipping and a rate by step', (t) =>
  sameWhenKilled(t, moments, () => ({
    epochs: 3,
    accumulate: 2,
    clipGradNorm: 0.5,
    schedulePer: 'step',
    callbacks: [new WeightAveraging({ decay: 0.8 }), new EarlyStopping(), new LossSpikes()],
  })));

test('the same with Lookahead and a part that is frozen later', (t) =>
  sameWhenKilled(t, moments, () => ({
    compile: true,
    callbacks: [
      new Lookahead({ everySteps: 2, decay: 0.6, power: 1, totalSteps: 15 }),
      new Freeze({ 2: ['0.bias', '1'] }),
    ],
  })));

test('the same where batch norm refuses the last sample of each epoch', (t) =>
  sameWhenKilled(t, ['step 2', 'measure 1.1', 'epoch 1', 'step 6'], () => ({ samples: 33 })));

test('a signal saves at once, also in the first epoch, and while it measures', async (t) => {
  const whole = smallTraining();
  await whole.trainer.fit();
  const file = join(await temporaryFolder(t), 'state.safetensors');
  const stopAt = (step: number | null) => {
    const abort = new AbortController();
    const stopping: Callback = {
      onStep: ({ globalStep }) => void (globalStep === step && abort.abort()),
      onMeasure: ({ epoch }) => void (step === null && epoch === 2 && abort.abort()),
    };
    return { signal: abort.signal, callbacks: [stopping, new Checkpoint(file)] };
  };
  const first = await smallTraining(stopAt(2)).trainer.fit();
  assert.deepEqual([first.interrupted, first.steps, first.epochs], [true, 2, 0]);
  const second = await smallTraining(stopAt(null)).trainer.fit({ resume: file });
  assert.deepEqual([second.interrupted, second.steps, second.epochs], [true, 10, 1]);
  const last = smallTraining({ callbacks: [new Checkpoint(file)] });
  await last.trainer.fit({ resume: file });
  assert.deepEqual(bitsOf(last.model.stateDict()), bitsOf(whole.model.stateDict()));
});

test('epochs may be raised: a training of 2 goes on to 3', async (t) => {
  const file = join(await temporaryFolder(t), 'state.safetensors');
  const whole = smallTraining();
  await whole.trainer.fit();
  await smallTraining({ epochs: 2, callbacks: [new Checkpoint(file)] }).trainer.fit();
  const more = smallTraining({ callbacks: [new Checkpoint(file)] });
  await more.trainer.fit({ resume: file });
  assert.deepEqual(bitsOf(more.model.stateDict()), bitsOf(whole.model.stateDict()));
});

test('by force the optimizer keeps the options that it has now, its rate in the proportion of both starts', async (t) => {
  const file = join(await temporaryFolder(t), 'state.safetensors');
  const first = smallTraining({ epochs: 1, callbacks: [new Checkpoint(file)] });
  await first.trainer.fit();
  const rates = async (force: boolean) => {
    const { trainer, optimizer } = smallTraining({ epochs: 1 });
    optimizer.lr = 0.04;
    for (const group of optimizer.paramGroups) group.weightDecay = 0.1;
    await trainer.fit({ resume: file, force });
    return [optimizer.lr, optimizer.paramGroups[0]?.weightDecay];
  };
  const [lr] = [first.optimizer.lr];
  assert.ok(lr > 0 && lr < 0.01, 'the schedule has stepped');
  assert.deepEqual(await rates(false), [lr, 0]);
  assert.deepEqual(await rates(true), [4 * lr, 0.1]);
});

test('a callback that is left out is told, one that is new starts with the resume', async (t) => {
  const file = join(await temporaryFolder(t), 'state.safetensors');
  const callbacks = [new EarlyStopping(), new Checkpoint(file)];
  await smallTraining({ epochs: 1, callbacks }).trainer.fit();
  const notes: string[] = [];
  const others = [new WeightAveraging(), { onNote: (text: string) => void notes.push(text) }];
  await smallTraining({ epochs: 2, callbacks: others }).trainer.fit({ resume: file });
  assert.deepEqual(notes, [
    'goes on without EarlyStopping, which the checkpoint has the state of',
    'goes on in epoch 2 of 2, after 5 steps',
  ]);
});

test('a checkpoint of something else is refused by name, and so is a damaged one', async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'state.safetensors');
  const keep = () => [new EarlyStopping(), new Checkpoint(file)];
  await smallTraining({ epochs: 1, callbacks: keep() }).trainer.fit();
  const refuse = async (options: SmallOptions, message: RegExp) => {
    const { trainer, model } = smallTraining(options);
    const before = bitsOf(model.stateDict());
    await assert.rejects(trainer.fit({ resume: file }), { name: 'CheckpointError', message });
    assert.deepEqual(bitsOf(model.stateDict()), before);
  };
  await refuse(
    { samples: 50, callbacks: keep() },
    /^Trainer: batches per epoch was 5 when the checkpoint was made and is 7 now; /,
  );
  const bytes = await readFile(file);
  bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1;
  await writeFile(file, bytes);
  await refuse({ callbacks: keep() }, /its content does not agree with its checksum/);
  await writeFile(file, bytes.subarray(0, 1000));
  await refuse({ callbacks: keep() }, /state\.safetensors: /);
});

test('where no checkpoint can be written the training says so, and the one before is whole', async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'run', 'state.safetensors');
  await mkdir(join(folder, 'run'));
  const saved = smallTraining({ epochs: 1, callbacks: [new Checkpoint(file)] });
  await saved.trainer.fit();
  const before = await readFile(file);
  const { trainer } = smallTraining({ callbacks: [new Checkpoint(join(folder, 'gone', 'x'))] });
  await assert.rejects(trainer.fit({ resume: file }), {
    name: 'DataError',
    message:
      /gone\/x: cannot be written \(ENOENT: no such file or directory\); nothing was changed$/,
  });
  assert.deepEqual(await readFile(file), before);
});

test('an epoch that came after the last checkpoint is saved at the end, and nothing is saved twice', async () => {
  const saved: string[] = [];
  const store = {
    async save({ facts }: TrainerState) {
      saved.push(`${facts.globalStep} steps, ${facts.last?.epoch ?? 0} epochs`);
    },
    load: () => Promise.reject(new Error('nothing is loaded')),
  };
  const rarely = new Checkpoint(store, { everySteps: 5, everyEpochs: 10 });
  await smallTraining({ epochs: 1, callbacks: [rarely] }).trainer.fit();
  assert.deepEqual(saved.splice(0), ['5 steps, 0 epochs', '5 steps, 1 epochs']);
  await smallTraining({ epochs: 1, callbacks: [new Checkpoint(store)] }).trainer.fit();
  assert.deepEqual(saved, ['5 steps, 1 epochs']);
});
