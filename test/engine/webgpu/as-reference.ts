/** What a software adapter says, beside the reference. */
import assert from 'node:assert/strict';
import type { WebGpuEngine } from '../../../src/engine/webgpu/webgpu.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { onEngine } from '../../ops/answers.js';

/** Asserts that `f` gives the same elements on both. */
export function assertSame(engine: WebGpuEngine, f: () => Tensor): void {
  const [actual, expected] = [engine, 'reference'].map((which) =>
    onEngine(which, () => f().toArray()),
  );
  assert.deepEqual(actual, expected);
}
