import assert from 'node:assert/strict';
import type { Tensor } from '../../src/tensor/tensor.js';
import { typicalSize } from '../typical.js';

/** Fails unless all elements agree to `tolerance`, relative to their own size or the typical one (at least 1e-3). */
export function assertClose(
  actual: Tensor | ArrayLike<number>,
  expected: readonly number[],
  tolerance: number,
  what: string,
): void {
  const values = 'data' in actual ? actual.data : actual;
  assert.equal(values.length, expected.length, `${what}: number of elements`);
  const typical = Math.max(1e-3, typicalSize(expected));
  expected.forEach((wanted, i) => {
    const scale = Math.max(typical, Math.abs(wanted));
    const found = values[i] ?? Number.NaN;
    assert.ok(
      Math.abs(found - wanted) <= tolerance * scale,
      `${what}[${i}]: ${found}, PyTorch gives ${wanted} (allowed difference ${tolerance * scale})`,
    );
  });
}
