import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { data, manualSeed, optim, rand, tensor } from '../../src/index.js';
import type { EpochEvent } from '../../src/train/metrics.js';
import { Trainer } from '../../src/train/trainer.js';
import type { Batches } from '../../src/train/trainer-options.js';
import { batches, pair, scripted, setUp } from './linear-training.js';

beforeEach(() => {
  manualSeed(1);
});

test('the best epoch is that of the higher accuracy, and of equal ones that of the lower loss', async () => {
  // Of label 0: right by little, wrong, right by much, right by little again.
  const model = scripted([
    [0.1, 0],
    [0, 1],
    [2, 0],
    [0.1, 0],
  ]);
  const epochs: EpochEvent[] = [];
  const trainer = new Trainer({
    model,
    optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
    trainLoader: batches([[rand([2, 1]), tensor([0, 1], { dtype: 'int32' })]]),
    testLoader: batches([pair(0)]),
    epochs: 4,
    compile: false,
    callbacks: [{ onEpoch: (e) => void epochs.push(e) }],
  });
  const { best, test: tested } = await trainer.fit();
  assert.deepEqual(
    epochs.map((e) => e.best),
    [true, false, true, false],
  );
  assert.equal(best?.epoch, 3);
  assert.equal(tested, best?.heldOut, 'the test set chose it');
});

test('by balanced accuracy a model that finds the rare class beats one that is right more often', async () => {
  const rare = [pair(0), pair(0), pair(0), pair(1)];
  const always0 = rare.map(() => [1, 0]);
  const finds1 = [
    [0, 1],
    [0, 1],
    [1, 0],
    [0, 1],
  ];
  for (const [bestBy, expected] of [
    ['accuracy', 1],
    ['balancedAccuracy', 2],
  ] as const) {
    const model = scripted([...always0, ...finds1]);
    const { best } = await new Trainer({
      model,
      optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
      trainLoader: batches([[rand([2, 1]), tensor([0, 1], { dtype: 'int32' })]]),
      testLoader: batches(rare),
      epochs: 2,
      compile: false,
      bestBy,
    }).fit();
    assert.equal(best?.epoch, expected);
  }
});

test('a validation set chooses the epoch, and the test set is measured once, with its weights', async () => {
  const { samples } = setUp();
  const loader = new data.DataLoader(samples, { batchSize: 50 }) as unknown as Batches;
  let tested = 0;
  const testLoader = {
    length: 1,
    async *[Symbol.asyncIterator]() {
      tested++;
      yield* loader;
    },
  };
  for (const compile of [false, true]) {
    tested = 0;
    // A rate that grows far too large: epochs get worse, so that the best is not the last.
    const steps = {
      step: () => {
        optimizer.lr *= 30;
      },
    };
    const { trainer, optimizer, model, epochs } = setUp({
      compile,
      epochs: 4,
      valLoader: loader,
      testLoader,
      scheduler: steps,
    });
    const { best, last, test: scores } = await trainer.fit();
    assert.equal(tested, 1);
    assert.ok(epochs.every(({ split }) => split === 'val'));
    assert.ok(best !== null && last !== null && best.epoch < last.epoch, `${best?.epoch}`);
    // The same samples are in both sets: the best weights give the best epoch's scores.
    assert.ok(Math.abs((scores?.loss ?? 0) - best.heldOut.loss) < 1e-6);
    const now = await trainer.evaluate(loader);
    assert.ok(Math.abs(now.loss - last.heldOut.loss) < 1e-6, 'the model is left as training ended');
    assert.ok(model.parameters().length > 0);
  }
});
