/** Where shaders go wrong by one: the last class, equal numbers in parts of a line, and orders of four dimensions. */
import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import type { WebGpuEngine } from '../../../src/engine/webgpu/webgpu.js';
import { nn, tensor, useEngine } from '../../../src/index.js';
import { assertSame } from './as-reference.js';
import { software, withoutAdapter } from './machine.js';

afterEach(() => useEngine('reference'));
after(() => {
  if (typeof software !== 'string') software.stop();
});

const counting = (...shape: number[]) =>
  tensor(Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i)).reshape(shape);

describe('engine webgpu on a software adapter', { skip: withoutAdapter }, () => {
  const engine = software as WebGpuEngine; // Else all of this is skipped.

  test('of labels that were computed on the GPU those on either side of the classes make a loss NaN', () => {
    useEngine(engine);
    const labels = tensor([-1, 0, 2, 3], { dtype: 'int32' }).mul(tensor([1], { dtype: 'int32' }));
    const scores = counting(4, 3);
    const isNone = [true, false, false, true];
    const { crossEntropy, nllLoss } = nn.functional;
    for (const loss of [crossEntropy, nllLoss] as const)
      assert.deepEqual(loss(scores, labels, { reduction: 'none' }).isnan().toArray(), isNone);
  });

  test('of equal numbers the first is the greatest, also where threads share a line', () => {
    const line = new Float32Array(2 * 300);
    for (const place of [290, 65, 200, 129, 300 + 64, 300 + 299]) line[place] = 5;
    const x = tensor(line).reshape([2, 300]);
    useEngine(engine);
    assert.deepEqual(x.argmax(1).toArray(), [65, 64]);
    assert.deepEqual(x.neg().argmin(1).toArray(), [65, 64]);
    assert.deepEqual(x.max(1).indices.toArray(), [65, 64]);
  });

  test('the greater and the smaller of two: NaN before both, and whole numbers', () => {
    const [x, y] = [tensor([1, Number.NaN, 3, -4]), tensor([[2], [Number.NaN]])];
    const m = tensor([1, -2, 3], { dtype: 'int32' });
    const n = tensor([[2], [-3]], { dtype: 'int32' });
    for (const f of ['maximum', 'minimum'] as const) {
      assertSame(engine, () => x[f](y));
      assertSame(engine, () => y[f](x));
      assertSame(engine, () => m[f](n));
    }
  });

  test('four dimensions in another order', () => {
    const x = counting(2, 3, 4, 5);
    for (const dims of [
      [2, 0, 3, 1],
      [0, 2, 3, 1],
      [3, 2, 1, 0],
    ])
      assertSame(engine, () => x.permute(...dims));
    assertSame(engine, () => x.permute(0, 2, 3, 1).add(counting(4, 1, 3)));
  });
});
