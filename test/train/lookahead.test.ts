/** Lookahead against plain numbers, and what is measured by it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lookahead, type LookaheadOptions } from '../../src/train/callbacks/lookahead.js';
import { bitsOf, smallTraining } from './small-training.js';

type Weights = Readonly<Record<string, readonly number[]>>;

/** What a training has before its first step, and around each return to the average. */
async function followed(options: LookaheadOptions, epochs = 2) {
  const lookahead = new Lookahead(options);
  const seen: { before: Weights; after: Weights }[] = [];
  const measured: Record<string, string>[] = [];
  const weights = (): Weights =>
    Object.fromEntries([...model.stateDict()].map(([key, { data }]) => [key, Array.from(data)]));
  let before: Weights = {};
  let first: Weights = {};
  const { trainer, model } = smallTraining({
    epochs,
    callbacks: [
      {
        onFitStart: () => {
          first = weights();
        },
        onUpdate: () => {
          before = weights();
        },
      },
      lookahead,
      {
        onUpdate: () => void seen.push({ before, after: weights() }),
        onValidationStart: () => void measured.push(bitsOf(model.stateDict())),
      },
    ],
  });
  const summary = await trainer.fit();
  const averages = bitsOf(lookahead.stateDict().tensors ?? new Map());
  return {
    first,
    seen,
    measured,
    averages,
    summary,
    best: bitsOf(trainer.bestWeights ?? new Map()),
  };
}

for (const [options, keep] of [
  [{ everySteps: 3, decay: 0.25 }, () => 0.25],
  [
    { everySteps: 2, decay: 0.75, power: 2, totalSteps: 8 },
    (t: number) => 0.75 * Math.min(1, t / 8) ** 2,
  ],
] as const)
  test(`every few steps the weights go back to their average: ${JSON.stringify(options)}`, async () => {
    const { first, seen } = await followed(options);
    assert.equal(seen.length, 10);
    let slow = first;
    for (const [i, { before, after }] of seen.entries()) {
      const step = i + 1;
      if (step % options.everySteps !== 0) {
        assert.deepEqual(after, before, `nothing happens in step ${step}`);
        continue;
      }
      const kept = keep(step);
      slow = Object.fromEntries(
        Object.entries(slow).map(([key, list]) => [
          key,
          list.map((value, n) => {
            const fast = before[key]?.[n] ?? Number.NaN;
            return key.endsWith('num_batches_tracked') ? fast : kept * value + (1 - kept) * fast;
          }),
        ]),
      );
      for (const [key, list] of Object.entries(slow))
        list.forEach((value, n) => {
          const found = after[key]?.[n] ?? Number.NaN;
          assert.ok(Math.abs(found - value) < 1e-6, `step ${step}, ${key}: ${found}, ${value}`);
        });
      slow = after;
    }
    assert.notDeepEqual(seen.at(-1)?.after, first);
  });

test('the average is measured and kept as best, the weights while there is none', async () => {
  const { measured, averages, best, seen } = await followed({ everySteps: 7 });
  assert.notDeepEqual(measured[1], measured[0]);
  assert.deepEqual(measured[1], averages, 'after 7 of 10 steps');
  assert.ok(
    [measured[0], measured[1]].some((bits) => JSON.stringify(bits) === JSON.stringify(best)),
  );
  const early = await followed({ everySteps: 100 }, 1);
  assert.notDeepEqual(
    early.measured[0],
    early.averages,
    'those before the first step are not measured',
  );
  assert.ok(seen.length > 0);
});

test('wrong options are named', () => {
  const refuse = (options: LookaheadOptions, message: RegExp) =>
    assert.throws(() => new Lookahead(options), { name: 'ValueError', message });
  refuse({ everySteps: 0 }, /^Lookahead: everySteps=0 must be a whole number ≥ 1$/);
  refuse({ decay: 1.1 }, /^Lookahead: decay=1\.1 must be from 0 to 1$/);
  refuse({ power: -1 }, /^Lookahead: power=-1 must be ≥ 0$/);
  refuse(
    { power: 3 },
    /^Lookahead: power=3 needs to know how long the training is; pass totalSteps$/,
  );
  refuse({ totalSteps: 0 }, /^Lookahead: totalSteps=0 must be > 0$/);
});
