import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../../../src/ops/dropout.js';
import '../../../../src/ops/next-key.js';
import { type Case, checkAgreement, given, randn } from './agreement.js';
import { runLowered } from './lowered.js';
import { Sandbox } from './sandbox.js';

const key = given([4], [123456789, -987654321, 7, -1], 'int32');

checkAgreement(
  [0, 0.1, 0.5, 0.9, 1].flatMap((p): Case[] => [
    ...[0, 1, 3, 17, 64, 1023].map((n) => ({
      op: 'dropout',
      attrs: { p },
      inputs: [randn([n], 1), key],
    })),
    { op: 'featureDropout', attrs: { p }, inputs: [randn([5, 7, 3, 3], 1), key], blocks: [1, 8] },
    { op: 'featureDropout', attrs: { p }, inputs: [randn([3, 33], 1), key] },
  ]),
);

checkAgreement([{ op: 'nextKey', inputs: [key] }]);

test('dropout keeps about 1 − p of the elements, others under another key', () => {
  const box = new Sandbox('relaxed');
  const ones = given([4096], new Array<number>(4096).fill(1));
  const run = (k: number) =>
    runLowered(box, 'dropout', { p: 0.25 }, [ones, given([4], [k, 0, 0, 0], 'int32')], [ones])?.[0];
  const first = Array.from(run(1) ?? []);
  const kept = first.filter((value) => value !== 0).length;
  assert.ok(Math.abs(kept / 4096 - 0.75) < 0.03, `kept ${kept}`);
  const other = Array.from(run(2) ?? []);
  const same = first.filter((value, i) => value === other[i]).length;
  assert.ok(Math.abs(same / 4096 - 0.625) < 0.03, `${same} decisions are the same`);
});
