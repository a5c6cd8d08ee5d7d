/** Random networks train on engine `wasm` as on `reference`; scripts/verify-fuzz.mjs tries many more. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { check, shrink } from './fuzz-check.js';
import { engineFor, stopEngines } from './fuzz-engines.js';
import { drawNetwork, type NetworkSpec } from './fuzz-spec.js';

after(stopEngines);

for (let seed = 0; seed < 25; seed++) {
  const { engine, name } = engineFor(seed);
  test(`network ${seed} on ${name}`, () => {
    const { problems } = check(drawNetwork(seed), engine);
    assert.deepEqual(problems, [], `node scripts/verify-fuzz.mjs 1 ${seed} says more`);
  });
}

test('networks are drawn from their seed alone', () => {
  assert.deepEqual(drawNetwork(7), drawNetwork(7));
  assert.notDeepEqual(drawNetwork(7).blocks, drawNetwork(8).blocks);
});

test('a failing network shrinks to the blocks that make it fail', () => {
  const has = ({ blocks }: NetworkSpec) => JSON.stringify(blocks).includes('"kind":"norm"');
  const spec = Array.from({ length: 20 }, (_, seed) => drawNetwork(seed)).find(
    (drawn) => has(drawn) && drawn.blocks.length > 4,
  );
  assert.ok(spec !== undefined);
  const smallest = shrink(spec, has);
  assert.equal(smallest.blocks.length, 1);
  assert.equal(smallest.batch, 1);
});
