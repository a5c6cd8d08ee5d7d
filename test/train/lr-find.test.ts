import assert from 'node:assert/strict';
import { test } from 'node:test';
import { data, manualSeed, nn, optim, rand, tensor, train } from '../../src/index.js';

/** A loss that falls, turns and climbs, with ripples of a height; scripts/goldens/lr-find.py has the same. */
function curve(wave: number): [lrs: number[], losses: number[]] {
  const lrs = Array.from({ length: 100 }, (_, i) => 1e-7 * (10 / 1e-7) ** (i / 99));
  const losses = lrs.map((lr, i) => {
    const x = Math.log10(lr);
    const fall = 2.3 - 1.8 / (1 + Math.exp(-2.2 * (x + 3.2)));
    return fall + 3 * Math.max(0, x + 0.6) ** 2 + wave * Math.sin(1.7 * i);
  });
  return [lrs, losses];
}

/** By numpy. */
const goldens = [
  {
    wave: 0,
    valley: 0.000298364724028334,
    slide: 6.42807311728432e-7,
    steep: 0.0006280291441834253,
    minimum: 0.02420128264794383,
  },
  {
    wave: 0.02,
    valley: 0.001917910261672489,
    slide: 0.00017073526474706903,
    steep: 0.0005214008287999684,
    minimum: 0.01668100537200059,
  },
] as const;

for (const { wave, ...expected } of goldens)
  test(`suggestions on a curve with ripples of ${wave} are fastai's`, () => {
    const found = train.suggestRates(...curve(wave));
    assert.ok(found !== null);
    for (const [name, lr] of Object.entries(expected)) {
      const suggested = found[name as keyof typeof expected];
      assert.ok(Math.abs(suggested / lr - 1) < 1e-9, `${name}: ${suggested}, ${lr}`);
    }
  });

test('of too few points nothing is suggested', () => {
  assert.equal(train.suggestRates([1, 2, 3], [3, 2, 1]), null);
});

function small() {
  manualSeed(1);
  const x = rand([40, 4]);
  const y = tensor(
    Array.from({ length: 40 }, (_, i) => i % 2),
    { dtype: 'int32' },
  );
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8), new nn.Linear(8, 2));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.03, momentum: 0.9 });
  const dataset = new data.TensorDataset(x, y);
  const trainLoader = new data.DataLoader(dataset, { batchSize: 8, shuffle: true, seed: 2 });
  return { model, optimizer, trainLoader };
}

test('rates grow by one factor, over as many epochs as it takes, and everything is as it was', async () => {
  const parts = small();
  const states = () =>
    JSON.stringify([
      [...parts.model.stateDict()].map(([key, value]) => [key, [...value.data]]),
      Object.values(parts.optimizer.stateDict().state).map((state) =>
        Object.values(state).map((value) => [...value.data]),
      ),
      parts.optimizer.lr,
    ]);
  const before = states();
  const { lrs, losses, suggestions } = await train.lrFind({ ...parts, steps: 30, endLr: 1 });
  assert.equal(states(), before);
  assert.equal(lrs.length, 30);
  assert.ok(Math.abs((lrs[0] ?? 0) - 1e-7) < 1e-20 && Math.abs((lrs[29] ?? 0) - 1) < 1e-12);
  const factors = lrs.slice(1).map((lr, i) => lr / (lrs[i] ?? 1));
  assert.ok(factors.every((factor) => Math.abs(factor / (factors[0] ?? 1) - 1) < 1e-9));
  assert.ok(losses.every(Number.isFinite) && suggestions !== null);
});

test('it ends where the loss is four times its best', async () => {
  const { lrs, losses } = await train.lrFind({ ...small(), steps: 60, endLr: 1e6 });
  assert.ok(lrs.length < 60, `${lrs.length}`);
  const last = losses.at(-1) ?? 0;
  assert.ok(last > 4 * Math.min(...losses) || lrs.length < 60);
});

test('ranges', async () => {
  await assert.rejects(train.lrFind({ ...small(), startLr: 2, endLr: 1 }), {
    message: 'lrFind: startLr=2 must be above 0 and below endLr=1',
  });
  await assert.rejects(
    train.lrFind({ ...small(), steps: 1 }),
    /steps=1 must be a whole number ≥ 2/,
  );
});
