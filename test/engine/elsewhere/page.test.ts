/** What a page does on its GPU, where nothing is waited for: all that reads values to train awaits them, and the rest says what does. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, afterEach, describe, test } from 'node:test';
import { EngineError } from '../../../src/core/errors.js';
import type { Engine } from '../../../src/engine/engine.js';
import {
  data,
  manualSeed,
  nn,
  noGrad,
  optim,
  rand,
  randint,
  type Tensor,
  train,
  useEngine,
} from '../../../src/index.js';
import { defaultGenerator } from '../../../src/tensor/generator.js';
import { Checkpoint } from '../../../src/train/callbacks/checkpoint.js';
import { Spoiler } from '../../train/spoiler.js';
import { temporaryFolder } from '../../vision/datasets/temporary-folder.js';
import { openElsewhere } from './engine.js';

const engine = openElsewhere(false);
afterEach(() => useEngine('reference'));
after(() => engine.stop());

type Pairs = train.TrainerOptions['trainLoader'];

/** The same, and it is something: on `reference`, and where nothing is waited for. */
async function same<T>(computed: () => Promise<T>): Promise<T> {
  const on = async (which: string | Engine) => {
    useEngine(which);
    manualSeed(4);
    return await computed();
  };
  const expected = await on('reference');
  assert.deepEqual(await on(engine), expected);
  return expected;
}

/** A set of 8 pictures; the generator's state is where the engine is from then on. */
async function pictures(labels = randint(3, [8])) {
  return await data.TensorDataset.open(rand([8, 2, 4, 4]).mul(2), labels);
}

const loaderOf = (set: data.TensorDataset<readonly [Tensor, Tensor]>) =>
  new data.DataLoader(set, { batchSize: 4, shuffle: true }) as unknown as Pairs;

const network = () =>
  new nn.Sequential(
    ...[new nn.Conv2d(2, 3, 3), new nn.ReLU(), new nn.Flatten()],
    ...[new nn.Dropout(0.5), new nn.Linear(12, 3)],
  );

async function numbersOf(tensors: ReadonlyMap<string, Tensor>) {
  const numbers = [];
  for (const [key, value] of tensors) numbers.push([key, await value.toArrayAsync()]);
  return numbers;
}

describe('where nothing is waited for', () => {
  test('a generator draws seeds, and says how', async () => {
    const seeds = await same(async () => {
      rand([2]);
      return [await defaultGenerator.drawSeedAsync(), defaultGenerator.drawSeed()];
    });
    assert.equal(new Set(seeds).size, 2);
    useEngine(engine);
    rand([2]);
    const refused = (ask: () => unknown, text: RegExp) =>
      assert.throws(ask, (error) => error instanceof EngineError && text.test(error.message));
    refused(() => defaultGenerator.drawSeed(), /^Generator: .*await generator\.drawSeedAsync\(\)/);
    refused(() => defaultGenerator.seed, /await generator\.state\.dataAsync\(\) first$/);
    refused(() => nn.init.truncNormal_(rand([2])), /make the model before you choose that engine$/);
  });

  test('loaders draw theirs, and give the same batches', async () => {
    await same(async () => {
      const loader = loaderOf(await pictures());
      rand([1]);
      const found = [await (await loader.peek?.())?.[1].toArrayAsync()];
      for await (const [x, y] of loader) found.push(await x.toArrayAsync(), await y.toArrayAsync());
      return found;
    });
  });

  test('a trainer averages weights, looks at its layers and measures shares of classes', async () => {
    await same(async () => {
      const set = await pictures(nn.functional.oneHot(randint(3, [8]), 3).to('float32'));
      const model = network();
      const averaging = new train.WeightAveraging({ decay: 0.8 });
      const notes: string[] = [];
      const trainer = new train.Trainer({
        model,
        optimizer: new optim.AdamW(model.parameters(), { lr: 0.01 }),
        trainLoader: loaderOf(set),
        testLoader: loaderOf(set),
        epochs: 2,
        callbacks: [averaging, new train.Lints(), { onNote: (text) => void notes.push(text) }],
      });
      const { best } = await trainer.fit();
      const { tensors = new Map(), data } = await averaging.stateDict();
      assert.deepEqual(data, { steps: 4 });
      return [best?.heldOut.loss, notes, await numbersOf(tensors)];
    });
  });

  test('a layer that is dead is told', async () => {
    const notes = await same(async () => {
      const model = network();
      noGrad(() => model.parameters()[1]?.fill_(-100)); // the convolution's bias
      const set = await pictures();
      const notes: string[] = [];
      await new train.Trainer({
        model,
        optimizer: new optim.SGD(model.parameters(), { lr: 0.01 }),
        trainLoader: loaderOf(set),
        testLoader: loaderOf(set),
        epochs: 1,
        callbacks: [new train.Lints(), { onNote: (text) => void notes.push(text) }],
      }).fit();
      return notes;
    });
    assert.match(notes.join('\n'), /1 ReLU layer \(the first is 1\) gives 0/);
  });

  test('the first number that is none is found', async (t) => {
    const file = join(await temporaryFolder(t), 'last');
    const told = await same(async () => {
      const model = new nn.Sequential(network(), new Spoiler(2));
      const set = await pictures();
      const fitted = new train.Trainer({
        model,
        optimizer: new optim.SGD(model.parameters(), { lr: 0.01 }),
        trainLoader: loaderOf(set),
        testLoader: loaderOf(set),
        epochs: 1,
        callbacks: [new Checkpoint(file, { everySteps: 1 })],
      }).fit();
      return await fitted.then(String, String);
    });
    assert.match(told, /epoch 1, batch 2 of 2.*: first in the output of layer 1 \(Spoiler\)/);
  });

  test('a range test of learning rates', async () => {
    const { lrs } = await same(async () => {
      const model = network();
      const optimizer = new optim.SGD(model.parameters());
      const trainLoader = loaderOf(await pictures());
      return await train.lrFind({ model, optimizer, trainLoader, steps: 4 });
    });
    assert.ok(lrs.length > 1);
  });

  test('tensors become a data set once they are here', async () => {
    useEngine(engine);
    const x = rand([3, 2]).mul(2);
    assert.throws(() => new data.TensorDataset(x), EngineError);
    const set = await data.TensorDataset.open(x);
    assert.deepEqual([...set.get(1)[0].data], await x.narrow(0, 1, 1).flatten().toArrayAsync());
  });
});
