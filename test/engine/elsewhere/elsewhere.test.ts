/** Nothing above the engines knows where elements are: a network trains on an engine that has them on another thread. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { EngineError } from '../../../src/core/errors.js';
import type { Engine } from '../../../src/engine/engine.js';
import {
  data,
  io,
  manualSeed,
  nn,
  noGrad,
  ones,
  optim,
  rand,
  randint,
  train,
  useEngine,
  vision,
  zeros,
} from '../../../src/index.js';
import { temporaryFolder } from '../../vision/datasets/temporary-folder.js';
import { collectGarbage } from '../pool/collect-garbage.js';
import { openElsewhere } from './engine.js';

const waiting = openElsewhere(true);
const asynchronous = openElsewhere(false);
afterEach(() => useEngine('reference'));
after(() => {
  for (const engine of [waiting, asynchronous]) engine.stop();
});

type Pairs = train.TrainerOptions['trainLoader'];

/** What a user writes, and the numbers that come of it: of each step, of the sets that are measured, and all weights. */
async function trainMnist(engine: string | Engine, compile: boolean) {
  useEngine('reference');
  manualSeed(1);
  const samples = new data.TensorDataset(rand([6, 1, 28, 28]), randint(10, [6]));
  useEngine(engine);
  const loader = new data.DataLoader(samples, { batchSize: 3, shuffle: true, seed: 3 });
  const model = new vision.models.MnistCNN();
  const losses: number[] = [];
  const trainer = new train.Trainer({
    model,
    optimizer: new optim.Adam(model.parameters(), { lr: 1e-3 }),
    trainLoader: loader as unknown as Pairs, // TensorDataset's batches are pairs here
    valLoader: loader as unknown as Pairs,
    testLoader: loader as unknown as Pairs,
    epochs: 2,
    compile,
    callbacks: [{ onStep: ({ loss }) => void losses.push(loss) }],
  });
  const { test, best } = await trainer.fit();
  const weights = [];
  for (const [key, value] of model.stateDict()) weights.push([key, await value.toArrayAsync()]);
  return { losses, accuracy: test?.accuracy, loss: test?.loss, best: best?.heldOut.loss, weights };
}

/** Trains without a Trainer, eagerly, with all that has a state: dropout, batch norm, clipping, a schedule. */
async function trainByHand(engine: string | Engine) {
  useEngine(engine);
  manualSeed(2);
  const model = new nn.Sequential(
    new nn.Conv2d(1, 4, 3),
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Dropout(0.5),
    new nn.Linear(4 * 16, 3),
  );
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  const scheduler = new optim.lrScheduler.StepLR(optimizer, 2);
  const losses: number[] = [];
  for (let step = 0; step < 6; step++) {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model(rand([5, 1, 6, 6])), randint(3, [5]));
    loss.backward();
    optim.clipGradNorm(model.parameters(), 1);
    optimizer.step();
    scheduler.step();
    losses.push(await loss.itemAsync());
  }
  return losses;
}

for (const [what, engine] of [
  ['that is waited for', waiting],
  ['that is not waited for', asynchronous],
] as const)
  describe(`an engine ${what}`, () => {
    beforeEach(() => useEngine(engine));

    for (const compiled of [true, false])
      test(`trains as reference does, ${compiled ? 'compiled' : 'eagerly'}`, async () => {
        const numbers = await trainMnist(engine, compiled);
        assert.deepEqual(numbers, await trainMnist('reference', compiled));
      });

    test('runs loops by hand as reference does', async () => {
      const losses = await trainByHand(engine);
      assert.deepEqual(losses, await trainByHand('reference'));
    });

    test('and others may take over from each other once elements have been read', async () => {
      const x = noGrad(() => ones([4]).add_(1));
      await x.dataAsync();
      useEngine('reference');
      noGrad(() => x.mul_(3));
      useEngine(engine);
      assert.deepEqual(await x.add(1).toArrayAsync(), [7, 7, 7, 7]);
      const y = x.mul(2);
      assert.equal(await y.sum().itemAsync(), 48);
      await y.dataAsync();
      useEngine(engine === waiting ? asynchronous : waiting);
      assert.deepEqual(await y.sub(x).toArrayAsync(), [6, 6, 6, 6]);
    });

    test('sees what is written into an array that it has handed out', async () => {
      const x = ones([2]).mul(5);
      const array = await x.dataAsync();
      array[0] = 1;
      assert.deepEqual(await x.add(1).toArrayAsync(), [2, 6]);
      array[1] = 2;
      assert.deepEqual(await x.add(1).toArrayAsync(), [2, 3]);
      noGrad(() => x.add_(1));
      assert.deepEqual([...(await x.dataAsync())], [2, 3]);
    });

    test('has what is read of it, and gets what is written into it', async () => {
      const x = noGrad(() => ones([2]).add_(1));
      for (const read of [() => x.toArrayAsync(), () => x.sum().itemAsync(), () => x.dataAsync()]) {
        await read();
        assert.equal(x.device, 'gpu', 'reading moves nothing');
      }
      const array = await x.dataAsync();
      array[0] = 7;
      assert.equal(x.add(1).device, 'gpu');
      assert.equal(x.device, 'gpu', 'an op reads, too');
      assert.equal(x.to('gpu'), x);
      array[1] = 8; // no longer the elements, which are where they were asked to be
      assert.deepEqual(await x.add(1).toArrayAsync(), [8, 3]);
      await x.dataAsync();
      assert.equal(x.to('cpu').device, 'cpu');
      assert.equal(noGrad(() => x.add_(1)).device, 'gpu', 'an op takes it there');
      await x.dataAsync();
      useEngine('reference');
      assert.equal(x.to('gpu').add(1).device, 'cpu');
      assert.equal(x.device, 'gpu');
      assert.equal(noGrad(() => x.add_(1)).device, 'cpu', 'an op of the CPU has changed it');
      const own = ones([2]);
      assert.deepEqual([own.data[0], own.device], [1, 'cpu']);
    });

    test('has its weights saved', async (t) => {
      const path = join(await temporaryFolder(t), 'weights');
      const tensors = new Map([['w', rand([3, 2]).mul(2)]]);
      await io.saveSafetensors(`${path}.safetensors`, tensors);
      await io.saveTorch(`${path}.pth`, new Map([['w', rand([3, 2]).mul(2)]]));
      const { tensors: read } = await io.loadSafetensors(`${path}.safetensors`);
      assert.deepEqual(await read.get('w')?.toArrayAsync(), await tensors.get('w')?.toArrayAsync());
    });

    test('frees what nobody reaches', async (t) => {
      const { mock } = t.mock.method(engine, 'send');
      const x = ones([8]);
      for (let i = 0; i < 20; i++) x.add(i);
      const frees = () => mock.calls.filter(({ arguments: [name] }) => name === 'free').length;
      for (let round = 0; round < 20 && frees() < 19; round++) await collectGarbage();
      assert.ok(frees() >= 19, `${frees()} of 20 results`);
    });
  });

test('elements that cannot be waited for are refused by the method that can', async () => {
  useEngine(asynchronous);
  const loss = zeros([1]).add(2);
  const refused = (read: () => unknown, message: RegExp) =>
    assert.throws(read, (error) => error instanceof EngineError && message.test(error.message));
  const where = 'the elements are in the memory of engine elsewhere, which is not waited for here';
  refused(
    () => loss.item(),
    new RegExp(`^item\\(\\): ${where}; use await tensor\\.itemAsync\\(\\)$`),
  );
  refused(() => loss.toArray(), /^toArray\(\): .*; use await tensor\.toArrayAsync\(\)$/);
  refused(() => loss.data, /^data: .*; use await tensor\.dataAsync\(\)$/);
  refused(() => loss.toString(), /^toString\(\): .*; await tensor\.dataAsync\(\) first$/);
  useEngine('reference');
  refused(() => loss.add(1), /^add: .*; await tensor\.dataAsync\(\) first$/);
  assert.equal(await loss.itemAsync(), 2);
  assert.equal(loss.item(), 2);
  assert.equal(loss.add(1).item(), 3);
});

test('a fresh network trains with every optimizer on the CPU after one whose GPU cannot be waited for', () => {
  const { Optimizer, ...others } = optim;
  const makers = Object.values(others).filter(
    (value): value is typeof optim.SGD =>
      typeof value === 'function' && value.prototype instanceof Optimizer,
  );
  assert.ok(makers.length >= 4);
  for (const Made of makers)
    for (const engine of [asynchronous, 'reference'] as const) {
      useEngine('reference');
      manualSeed(1); // Else its state would be where the last network was trained.
      const model = new nn.Linear(3, 2);
      const optimizer = new Made(model.parameters(), { lr: 0.1 });
      useEngine(engine);
      model(ones([1, 3]))
        .sum()
        .backward();
      optimizer.step();
    }
});
