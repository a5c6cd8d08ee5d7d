import assert from 'node:assert/strict';
import type { Tensor } from '../../src/tensor/tensor.js';

/** Fails unless all elements agree to `tolerance`, relative to the largest magnitude expected (at least 1e-3). */
export function assertClose(
  actual: Tensor | ArrayLike<number>,
  expected: readonly number[],
  tolerance: number,
  what: string,
): void {
  const values = 'data' in actual ? actual.data : actual;
  assert.equal(values.length, expected.length, `${what}: number of elements`);
  const scale = Math.max(1e-3, ...expected.map(Math.abs));
  expected.forEach((wanted, i) => {
    const found = values[i] ?? Number.NaN;
    assert.ok(
      Math.abs(found - wanted) <= tolerance * scale,
      `${what}[${i}]: ${found}, PyTorch gives ${wanted} (allowed difference ${tolerance * scale})`,
    );
  });
}
