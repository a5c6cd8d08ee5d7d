/** A training in which nothing can learn ends before its first step. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freeze, unfreeze } from '../../src/nn/freeze.js';
import { Linear } from '../../src/nn/linear.js';
import { SGD } from '../../src/optim/sgd.js';
import type { Callback } from '../../src/train/callback.js';
import { Freeze } from '../../src/train/callbacks/freeze.js';
import { Unfreeze } from '../../src/train/callbacks/unfreeze.js';
import { lrFind } from '../../src/train/lr-find.js';
import { bitsOf, type SmallOptions, smallTraining } from './small-training.js';

const all = (when = '') => ({
  name: 'ValueError',
  message: `Trainer: nothing would learn${when}: all 6 parameters of the optimizer are frozen; leave a part to learn (nn.unfreeze, or requiresGrad = true)`,
});

async function refused(options: SmallOptions, expected: object, isFrozen = false) {
  const { trainer, model, losses } = smallTraining(options);
  if (isFrozen) freeze(model);
  const learned = () => model.parameters().map(({ requiresGrad }) => requiresGrad);
  const before = [learned(), bitsOf(model.stateDict())];
  await assert.rejects(trainer.fit(), expected);
  assert.equal(losses.size, 0, 'no step was made');
  assert.deepEqual([learned(), bitsOf(model.stateDict())], before);
}

/** What is frozen bit by bit; the network has two linear layers, 0 and 3, and a norm, 1. */
const bitByBit = () => new Freeze({ 2: ['0', '1'], 3: ['3.weight', '3.bias'] });

test('all parts are frozen by a later epoch', async () => {
  await refused({ callbacks: [new Freeze({ 3: '' })] }, all(' from epoch 3 on'));
  await refused({ callbacks: [bitByBit()] }, all(' from epoch 3 on'));
  await refused(
    { callbacks: [new Unfreeze({ 2: '3' }), new Freeze({ 2: ['0', '1'], 3: ['3'] })] },
    all(' from epoch 3 on'),
  );
});

test('all parts are frozen from the beginning', async () => {
  for (const compile of [false, true])
    for (const accumulate of [1, 2]) await refused({ compile, accumulate }, all(), true);
  const later: Callback = new Unfreeze({ 2: '3' });
  await refused({ callbacks: [later] }, all(), true);
});

test('the optimizer has only what is frozen', async () => {
  const { model } = smallTraining();
  const other = freeze(new Linear(2, 2));
  const optimizer = new SGD(other.parameters(), { lr: 0.1 });
  await refused(
    { optimizer, scheduler: { step: () => undefined } },
    { name: 'ValueError', message: /^Trainer: nothing would learn: all 2 parameters of the optim/ },
  );
  assert.ok(model.parameters().every(({ requiresGrad }) => requiresGrad));
});

test('the optimizer was made of another network, or before its layers were put in their places', async () => {
  const other = new Linear(2, 2);
  const optimizer = new SGD(other.parameters(), { lr: 0.1 });
  for (const compile of [false, true])
    await refused(
      { optimizer, compile, scheduler: { step: () => undefined } },
      {
        name: 'ValueError',
        message:
          /^Trainer: the optimizer has none of the 6 parameters of the model, which would not learn; make it of model\.parameters\(\)/,
      },
    );
  const { trainer, optimizer: mixed } = smallTraining({ epochs: 1 });
  mixed.addParamGroup({ params: other.parameters() });
  assert.equal((await trainer.fit()).epochs, 1, 'others beside them');
});

test('a range test of learning rates says so, too', async () => {
  const { model, optimizer, held } = smallTraining();
  freeze(model);
  const trainLoader = held.testLoader;
  await assert.rejects(lrFind({ model, optimizer, trainLoader, steps: 10 }), all());
});

test('what learns in each epoch is trained, and nobody is told of the look', async () => {
  const notes: string[] = [];
  const onNote = (text: string) => void notes.push(text);
  const { trainer, epochs } = smallTraining({
    callbacks: [bitByBit(), new Unfreeze({ 3: '1.weight' }), { onNote }],
  });
  await trainer.fit();
  assert.equal(epochs.length, 3);
  assert.equal(notes.length, 5);
  assert.equal(
    (await smallTraining({ callbacks: [new Freeze({ 4: '' })] }).trainer.fit()).epochs,
    3,
  );
});

test('a callback of one’s own may let parts learn when the first epoch starts', async () => {
  const { trainer, model } = smallTraining({
    callbacks: [{ onEpochStart: ({ epoch }) => void (epoch === 1 && unfreeze(model)) }],
    epochs: 1,
  });
  freeze(model);
  assert.equal((await trainer.fit()).epochs, 1);
});
