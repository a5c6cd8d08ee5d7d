/** Where a step is computed elsewhere, its numbers are read when the next one has been ordered; training is else what it is on a CPU. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import type { Engine } from '../../../src/engine/engine.js';
import { ones, randint, type Tensor, train, useEngine } from '../../../src/index.js';
import type { Callback, Training } from '../../../src/train/callback.js';
import { readCheckpoint } from '../../../src/train/checkpoint-file.js';
import { batches } from '../../train/linear-training.js';
import { bitsOf, type SmallOptions, smallTraining } from '../../train/small-training.js';
import { temporaryFolder } from '../../vision/datasets/temporary-folder.js';
import { openElsewhere } from './engine.js';

const elsewhere = openElsewhere(true);
afterEach(() => useEngine('reference'));
after(() => elsewhere.stop());

/** A small training on an engine, ended or failed: 3 epochs of 5 steps. */
async function trained(engine: string | Engine, options: SmallOptions = {}, resume?: string) {
  useEngine('reference');
  const training = smallTraining({ compile: true, loaderSeed: 5, ...options });
  useEngine(engine);
  const fit = training.trainer.fit(resume === undefined ? {} : { resume });
  const error = await fit.then(
    () => null,
    (reason: Error) => reason,
  );
  const { losses, epochs, model } = training;
  return { error, losses: new Map(losses), epochs, weights: bitsOf(model.stateDict()) };
}

/** How much had been ordered when each step was seen. */
async function ordersAtSteps(callback: Callback): Promise<number[]> {
  const { send } = elsewhere;
  let ordered = 0;
  elsewhere.send = (name, ...args) => {
    if (name === 'run') ordered++;
    send(name, ...args);
  };
  const found: number[] = [];
  const seen: Callback = { onStep: () => void found.push(ordered) };
  try {
    await trained(elsewhere, { epochs: 1, callbacks: [seen, callback] });
  } finally {
    elsewhere.send = send;
  }
  return found;
}

test('a step is seen when the next one has been ordered, but where a safe point is wanted after it', async () => {
  const late = await ordersAtSteps({});
  const waited = await ordersAtSteps({ onSafePoint() {} });
  const wanting = ({ globalStep }: { readonly globalStep: number }) => globalStep === 3;
  const third = await ordersAtSteps({ wantsSafePoint: wanting, onSafePoint() {} });
  const ahead = (ordered: number[]) => ordered.map((n, k) => n - (waited[k] ?? 0));
  assert.deepEqual(ahead(late), [1, 1, 1, 1, 0]); // of the last one nothing follows
  assert.deepEqual(ahead(third), [1, 1, 0, 1, 0]);
});

test('batches that are measured are seen when the next one has been ordered', async () => {
  const { send } = elsewhere;
  const log: string[] = [];
  elsewhere.send = (name, ...args) => {
    if (name === 'run') log.push('run');
    send(name, ...args);
  };
  const seen: Callback = { onMeasure: ({ split, batch }) => void log.push(`${split} ${batch}`) };
  await trained(elsewhere, { epochs: 1, callbacks: [seen] });
  elsewhere.send = send;
  const [first, second] = [log.indexOf('val 1'), log.indexOf('val 2')];
  assert.equal(second - first, 1); // of two batches, the second was ordered before the first was seen
});

test('who is interrupted at the last batch that is measured has not measured', async () => {
  for (const engine of [elsewhere, 'reference'] as const) {
    const stopping = new AbortController();
    const callback: Callback = {
      onMeasure: ({ batch, batches: all }) => void (batch === all && stopping.abort()),
    };
    const { signal } = stopping;
    const { error, epochs } = await trained(engine, { callbacks: [callback], signal });
    assert.deepEqual([error, epochs], [null, []]);
  }
});

test('checkpoints that are taken within an epoch are of the step that was seen last: resumed to the bits of a CPU', async (t) => {
  const whole = await trained('reference');
  const file = join(await temporaryFolder(t), 'state.safetensors');
  const losses = new Map<number, number>();
  for (const end of [4, 9, 12, Number.POSITIVE_INFINITY]) {
    const dying: Callback = {
      onStep({ globalStep }) {
        if (globalStep === end) throw new Error('killed');
      },
    };
    const callbacks = [dying, new train.Checkpoint(file, { everySteps: 3 })];
    const part = await trained(elsewhere, { callbacks }, existsSync(file) ? file : undefined);
    for (const [step, loss] of part.losses) losses.set(step, loss);
    assert.equal(part.error?.message, end < 20 ? 'killed' : undefined);
    const { facts } = await readCheckpoint(file);
    if (part.error !== null) assert.ok(facts.globalStep < end && facts.globalStep >= end - 3);
    if (part.error === null) assert.deepEqual(part.weights, whole.weights);
  }
  assert.deepEqual(losses, whole.losses);
});

test('who stops a training stops it after the step that is on its way, and that one is told', async () => {
  let training: Training | undefined;
  const callbacks: Callback[] = [
    {
      onFitStart(given) {
        training = given;
      },
      onStep({ globalStep }) {
        if (globalStep === 2) training?.stop('enough');
      },
    },
  ];
  assert.equal((await trained('reference', { callbacks })).losses.size, 2);
  assert.equal((await trained(elsewhere, { callbacks })).losses.size, 3);
});

test('what fails has told the steps before it, and a loss that is NaN is that of its batch', async () => {
  const fine = () => [ones([4, 3]), randint(3, [4])] as const;
  const broken = {
    length: 4,
    async *[Symbol.asyncIterator](): AsyncGenerator<readonly [Tensor, Tensor]> {
      for (let k = 0; k < 2; k++) yield fine();
      throw new Error('no such file');
    },
  };
  const interrupted = await trained(elsewhere, { trainLoader: broken });
  assert.deepEqual([interrupted.error?.message, interrupted.losses.size], ['no such file', 2]);

  const spoiled = [ones([4, 3]).mul(Number.NaN), randint(3, [4])] as const;
  const trainLoader = batches([fine(), spoiled, fine(), fine()]);
  const { error, losses } = await trained(elsewhere, { trainLoader });
  assert.match(String(error), /NotFiniteError: .*the loss is NaN at epoch 1, batch 2 of 4/);
  assert.deepEqual([...losses.keys()], [1]);
});
