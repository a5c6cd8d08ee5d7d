/** Which runs are seeds of one experiment. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import '../../../src/ops/index.js';
import { compare } from '../../../src/runs/compare/compare.js';
import { temporaryFolder } from '../../vision/datasets/temporary-folder.js';
import { type MadeRun, makeRun } from './made-run.js';

const code = { path: '/home/me/recipe.ts', sha256: 'a'.repeat(64) };
const base: MadeRun = { accuracies: [0.5, 0.6], code };

/** The groups of runs with these seeds and differences from `base`. */
async function groupsOf(root: string, made: readonly (readonly [seed: number, MadeRun])[]) {
  const paths = made.map(([seed, { settings, ...others }], i) =>
    makeRun(root, String(i), { ...others, settings: { ...settings, seed } }),
  );
  const { groups, differing } = await compare(await Promise.all(paths));
  return {
    groups: groups.map(({ runs }) => runs),
    counts: groups.map(({ accuracy }) => accuracy?.count),
    differing: differing.map(({ key }) => key),
  };
}

test('copies of a run are no other seeds', async (t) => {
  const root = await temporaryFolder(t);
  const made = [1, 1, 2, 1].map((seed) => [seed, base] as const);
  const { groups, counts } = await groupsOf(root, made);
  assert.deepEqual(groups, [[0, 2], [1], [3]]);
  assert.deepEqual(counts, [2, 1, 1]);
});

test('only runs that have ended are seeds of one experiment; some may have ended early', async (t) => {
  const root = await temporaryFolder(t);
  const early = { ...base, accuracies: [0.5], summary: { stopReason: 'no better' } };
  const stopped = { ...base, accuracies: [0.5], summary: { interrupted: true } };
  const unfinished = { ...base, accuracies: [0.5], summary: null };
  const failed = { ...base, summary: { failed: 'NaN' } };
  const made = [stopped, unfinished, failed, base, early].map((run, i) => [i % 4, run] as const);
  assert.deepEqual((await groupsOf(root, made)).groups, [[0], [1], [2], [3, 4]]);
});

const others: readonly (readonly [what: string, MadeRun, told: readonly string[]])[] = [
  ['code', { ...base, code: { ...code, sha256: 'b'.repeat(64) } }, ['recipe file SHA-256']],
  ['training images', { ...base, trainPrint: 'cc' }, ['training set']],
  ['test images', { ...base, testPrint: 'cc' }, []], // a note says it
  ['classes', { ...base, classes: ['cat', 'cow'] }, []], // so it does
];
for (const [what, other, told] of others)
  test(`runs with other ${what} are another experiment`, async (t) => {
    const root = await temporaryFolder(t);
    const { groups, differing } = await groupsOf(root, [
      [1, base],
      [2, other],
    ]);
    assert.deepEqual(groups, [[0], [1]]);
    assert.deepEqual(differing, [...told, 'seed']);
  });

test('the same recipe file in another place is told, and the same experiment', async (t) => {
  const root = await temporaryFolder(t);
  const moved = { ...base, code: { ...code, path: join('/elsewhere', 'recipe.ts') } };
  const { groups, differing } = await groupsOf(root, [
    [1, base],
    [2, moved],
  ]);
  assert.deepEqual(groups, [[0, 1]]);
  assert.deepEqual(differing, ['recipe file', 'seed']);
});

test('a validation part that the seed draws leaves other training images, and is the same experiment', async (t) => {
  const root = await temporaryFolder(t);
  const drawn = { ...base, settings: { split: { val: 0.1 } }, split: 'val' } as const;
  const { groups, differing } = await groupsOf(root, [
    [1, drawn],
    [2, { ...drawn, trainPrint: 'cc' }],
  ]);
  assert.deepEqual(groups, [[0, 1]]);
  assert.deepEqual(differing, ['seed']);
});
