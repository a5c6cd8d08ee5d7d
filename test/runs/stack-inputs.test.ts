/** Inputs of many pictures as one batch. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cat, rand, tensor } from '../../src/index.js';
import { stackInputs } from '../../src/runs/stack-inputs.js';

test('inputs side by side are what cat makes of them, wherever their elements lie', () => {
  const made = [1, 2, 3].map((value) =>
    tensor(
      new Float32Array(12).map((_, i) => value * i),
      { shape: [1, 3, 2, 2] },
    ),
  );
  const computed = made.map((input) => input.mul(2).add(rand([1, 3, 2, 2])));
  for (const inputs of [made, computed, [...made, ...computed], made.slice(0, 1)]) {
    const stacked = stackInputs(inputs);
    const expected = cat(inputs);
    assert.deepEqual(stacked.shape, expected.shape);
    assert.deepEqual([...stacked.data], [...expected.data]);
  }
});

test('a batch is a copy: what becomes of an input later changes nothing', () => {
  const inputs = [tensor([[1, 2]]), tensor([[3, 4]])];
  const stacked = stackInputs(inputs);
  const [first] = inputs;
  if (first !== undefined) first.data[0] = 9;
  assert.deepEqual([...stacked.data], [1, 2, 3, 4]);
});
