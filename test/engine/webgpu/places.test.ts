/** Places of elements as WGSL computes them, computed here: whole numbers divide alike in BigInt. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { numel, type Shape, stridesOf } from '../../../src/core/shape.js';
import { coordinates, strided } from '../../../src/engine/webgpu/wgsl/places.js';

/** The value of an expression of `i`. */
function computed(expression: string, i: number): number {
  const text = expression.replaceAll(/\b(\d+)u\b/g, '$1n');
  return Number(new Function('i', `return ${text}`)(BigInt(i)));
}

/** The coordinates of row-major index `i`. */
function coordinatesOf(shape: Shape, i: number): number[] {
  return stridesOf(shape).map((stride, d) => Math.floor(i / stride) % (shape[d] ?? 1));
}

test('a walk with any strides finds the place of each element', () => {
  const rng = new Rng(7);
  for (let round = 0; round < 60; round++) {
    const shape = Array.from({ length: rng.int(5) }, () => 1 + rng.int(4));
    const own = stridesOf(shape);
    // Broadcast, permuted, longer: as ops ask for it.
    const strides = own.map((stride) => [0, stride, 2 * stride, 1][rng.int(4)] ?? 0);
    const place = strided('i', shape, strides);
    const parts = coordinates('i', shape);
    for (let i = 0; i < numel(shape); i++) {
      const at = coordinatesOf(shape, i);
      const expected = at.reduce((sum, c, d) => sum + c * (strides[d] ?? 0), 0);
      assert.equal(computed(place, i), expected, `${place} of [${shape}] by [${strides}] at ${i}`);
      assert.deepEqual(
        parts.map((part) => computed(part, i)),
        at,
        `[${shape}] at ${i}`,
      );
    }
  }
});

test('a walk that goes as the elements lie is its index, and one over a number is 0', () => {
  assert.equal(strided('i', [3, 4], [4, 1]), '(i)');
  assert.equal(strided('i', [3, 4], [0, 0]), '0u');
  assert.equal(strided('i', [], []), '0u');
});
