import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Shape } from '../../src/core/shape.js';
import * as nn from '../../src/nn/index.js';
import '../../src/ops/index.js';
import { assertClose } from './close.js';
import { counterValues, fillState } from './counter-values.js';
import { readGolden } from './golden.js';

interface AttentionGolden {
  readonly keys: readonly string[];
  readonly shape: Shape;
  readonly output: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

const goldens = readGolden<{ attention: Record<string, AttentionGolden> }>('nn.json').attention;

for (const [name, batchFirst] of [
  ['sequence first', false],
  ['batch first', true],
] as const)
  test(`multi-head attention, ${name}, holds and computes what PyTorch's does`, () => {
    const golden = goldens[name];
    assert.ok(golden);
    const layer = new nn.MultiheadAttention(6, 2, { batchFirst });
    fillState(layer);
    assert.deepEqual([...layer.stateDict().keys()], golden.keys);
    const key = counterValues([batchFirst ? 3 : 4, 2, 6], 2);
    const y = layer.forward(counterValues([3, 2, 6], 1), key);
    y.backward(counterValues(y.shape, 50));
    assert.deepEqual(y.shape, golden.shape);
    assertClose(y, golden.output, 2e-6, 'output');
    for (const [path, parameter] of layer.namedParameters())
      assertClose(parameter.grad ?? [], golden.gradients[path] ?? [], 1e-5, `gradient of ${path}`);
  });

test('attention refuses heads and inputs that do not fit', () => {
  assert.throws(
    () => new nn.MultiheadAttention(6, 4),
    /embedDim=6 must be divisible by numHeads=4/,
  );
  assert.throws(
    () => new nn.MultiheadAttention(6, 2).forward(counterValues([2, 6], 1)),
    /query \[2,6\] must have three dimensions, the last of size 6/,
  );
});
