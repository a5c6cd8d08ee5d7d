/** Random networks train on engines `wasm` and `native` as on `reference`; scripts/verify-fuzz.mjs tries many more. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { withoutNarrow, withoutNative } from '../engine/native/machine.js';
import { check, checkNarrow, shrink } from './fuzz-check.js';
import { engineFor, type FuzzEngine, narrowLevel, stopEngines } from './fuzz-engines.js';
import { type Outcome, train, trainInTurns } from './fuzz-run.js';
import { drawNetwork, type NetworkSpec } from './fuzz-spec.js';

after(stopEngines);

/** The networks of an engine, and what they must not miss: kernels and fused ops that only some shapes or neighbours lead to. */
interface Plan {
  readonly seeds: { readonly first: number; readonly count: number };
  readonly mustRun: readonly string[];
  readonly skip: string | false;
}

const plans: Readonly<Record<FuzzEngine, Plan>> = {
  wasm: {
    seeds: { first: 0, count: 40 },
    mustRun: [
      'winogradStrips',
      'winogradGradientTaps',
      'convDirect',
      'convDepthwise',
      'batchNormReluMaxPoolBackward',
      'batchNormAddReluBackward',
      'foldBatchNorm',
      'maxPoolBlocked',
      'featureDropout',
    ],
    skip: false,
  },
  native: {
    seeds: { first: 60, count: 25 },
    mustRun: ['foreign', 'batchNormReluMaxPoolBackward', 'maxPoolBlocked'],
    skip: withoutNative,
  },
};

describe('bfloat16 on engine native', { skip: withoutNarrow }, () => {
  for (let seed = 100; seed < 110; seed++)
    test(`network ${seed}`, async () => {
      const { engine } = engineFor(seed, 'native', { level: narrowLevel(seed) });
      const more = `node scripts/verify-fuzz.mjs 1 ${seed} native bfloat16 says more`;
      const { problems } = await checkNarrow(drawNetwork(seed), engine);
      assert.deepEqual(problems, [], more);
    });
});

for (const which of ['wasm', 'native'] as const) {
  const { seeds, mustRun, skip } = plans[which];
  describe(`engine ${which}`, { skip }, () => {
    const programs: string[] = [];
    for (let seed = seeds.first; seed < seeds.first + seeds.count; seed++) {
      const { engine, name } = engineFor(seed, which);
      test(`network ${seed} on ${name}`, async () => {
        const verdict = await check(drawNetwork(seed), engine);
        programs.push(...verdict.programs);
        const more = `node scripts/verify-fuzz.mjs 1 ${seed} ${which} says more`;
        assert.deepEqual(verdict.problems, [], more);
      });
    }

    test('the networks reach what only some shapes and neighbours lead to', () => {
      const text = programs.join('\n');
      assert.deepEqual(
        mustRun.filter((name) => !new RegExp(`\\b${name}\\b`).test(text)),
        [],
      );
    });
  });
}

test('networks that take turns on an engine do as they do alone', async () => {
  const { engine } = engineFor(0);
  const specs = Array.from({ length: 12 }, (_, i) => drawNetwork(100 + i))
    .filter(({ blocks }) => !JSON.stringify(blocks).includes('dropout')) // draws go on from one to the next
    .slice(0, 4);
  for (const compiled of [true, false]) {
    const together = await trainInTurns(specs, { engine, compiled });
    const alone: Outcome[] = [];
    for (const spec of specs) alone.push(await train(spec, { engine, compiled }));
    assert.deepEqual(together, alone);
  }
});

test('networks are drawn from their seed alone', () => {
  assert.deepEqual(drawNetwork(7), drawNetwork(7));
  assert.notDeepEqual(drawNetwork(7).blocks, drawNetwork(8).blocks);
});

test('a failing network shrinks to the blocks that make it fail', async () => {
  const has = ({ blocks }: NetworkSpec) => JSON.stringify(blocks).includes('"kind":"norm"');
  const spec = Array.from({ length: 20 }, (_, seed) => drawNetwork(seed)).find(
    (drawn) => has(drawn) && drawn.blocks.length > 4,
  );
  assert.ok(spec !== undefined);
  const smallest = await shrink(spec, has);
  assert.equal(smallest.blocks.length, 1);
  assert.equal(smallest.batch, 1);
});
