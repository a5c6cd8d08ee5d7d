/** The browser's WebGPU, on Chromium's software adapter, has the losses of engine `wasm` in the same page. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { skip } from './open-page.js';
import { openScript } from './open-script.js';

const script = `import * as wick from 'wick/browser';
const { data, nn, optim, train } = wick;

/** Three compiled steps, with convolution, batch norm, pooling and dropout. */
async function losses() {
  wick.manualSeed(0);
  const data = Array.from({ length: 3 }, () => [wick.rand([4, 2, 6, 6]), wick.randint(3, [4])]);
  const model = new nn.Sequential(
    new nn.Conv2d(2, 4, 3, { padding: 1 }), new nn.BatchNorm2d(4), new nn.ReLU(), new nn.MaxPool2d(2),
    new nn.Flatten(), new nn.Dropout(0.5), new nn.Linear(36, 3),
  );
  const optimizer = new optim.AdamW(model.parameters(), { lr: 0.01 });
  const step = wick.compile((x, y) => {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  });
  const found = [];
  for (const [x, y] of data) found.push(await step(x, y).itemAsync());
  return { found, device: model.parameters()[0].device };
}

/** The loss of held-out pictures after each epoch of a trainer, which averages its weights and saves them. */
async function trained(set) {
  wick.manualSeed(1);
  const model = new nn.Sequential(new nn.Conv2d(2, 4, 3), new nn.ReLU(), new nn.Flatten(), new nn.Linear(64, 3));
  const found = [];
  const trainer = new train.Trainer({
    model,
    optimizer: new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 }),
    trainLoader: new data.DataLoader(set, { batchSize: 4, shuffle: true }),
    testLoader: new data.DataLoader(set, { batchSize: 6 }),
    epochs: 2,
    callbacks: [new train.WeightAveraging({ decay: 0.5 }), { onEpoch: ({ heldOut }) => found.push(heldOut.loss) }],
  });
  await trainer.fit();
  model.loadStateDict(trainer.bestWeights);
  return found;
}

globalThis.compare = async () => {
  const absent = await wick.openBrowserGpuEngine().then(() => 'a GPU', (error) => String(error));
  let gpu;
  try {
    gpu = await wick.openBrowserGpuEngine({ adapter: 'software' });
  } catch (error) {
    return { absent, missing: String(error) };
  }
  wick.useEngine(await wick.openBrowserEngine());
  const set = new data.TensorDataset(wick.rand([12, 2, 6, 6]), wick.randint(3, [12]));
  const expected = { ...(await losses()), epochs: await trained(set) };
  wick.useEngine(gpu);
  const actual = { ...(await losses()), epochs: await trained(set) };
  let waited = 'an element';
  try {
    wick.ones([1]).add(1).item();
  } catch (error) {
    waited = String(error);
  }
  let named = 'an engine';
  try {
    wick.useDevice('gpu');
  } catch (error) {
    named = String(error);
  }
  gpu.lose();
  const lost = await wick.ones([1]).add(1).itemAsync().then(() => 'an element', (error) => String(error));
  return { absent, expected, actual, waited, named, lost };
};`;

interface Losses {
  readonly found: number[];
  readonly epochs: number[];
  readonly device: string;
}

interface Compared {
  readonly absent: string;
  readonly missing?: string;
  readonly expected: Losses;
  readonly actual: Losses;
  readonly waited: string;
  readonly named: string;
  readonly lost: string;
}

describe("a page's GPU", { skip }, () => {
  test('trains as the CPU does, is not waited for, and says when it is lost', async (t) => {
    const { page } = await openScript(t, script);
    const { absent, missing, expected, actual, waited, named, lost } =
      await page.evaluate<Compared>('compare()');
    assert.match(absent, /a GPU|^EngineError: webgpu: there is no GPU/);
    if (missing !== undefined) return t.skip(missing);
    assert.equal(expected.device, 'cpu');
    assert.equal(actual.device, 'gpu');
    const all = ({ found, epochs }: Losses) => [...found, ...epochs];
    assert.equal(all(actual).length, 5);
    all(actual).forEach((loss, i) => {
      const wanted = all(expected)[i] ?? Number.NaN;
      assert.ok(Math.abs(loss - wanted) <= 1e-4 * wanted, `${i}: ${loss}, ${wanted}`);
    });
    assert.match(waited, /^EngineError: item\(\): .*use await tensor\.itemAsync/);
    assert.match(named, /^EngineError: useDevice: .*useEngine\(await openBrowserGpuEngine\(\)\)$/);
    assert.match(lost, /^EngineError: webgpu: the GPU was lost /);
  });
});
