/** What is drawn has the reference kernel's bits, so that a seed gives the same weights on every engine. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import '../../../../src/ops/normal.js';
import '../../../../src/ops/uniform.js';
import { operands, opSpec } from '../../../../src/graph/op.js';
import { given } from './agreement.js';
import { runLowered } from './lowered.js';
import { Sandbox } from './sandbox.js';

const attrs = {
  uniform: { low: -0.3, high: 1.7 },
  normal: { mean: 0.1, std: 0.7 },
} as const;

for (const op of ['uniform', 'normal'] as const)
  describe(op, () => {
    const key = given([4], [123456789, -987654321, 7, -1], 'int32');
    const box = new Sandbox('simd');
    for (const [n, threads] of [1, 3, 16, 17, 30, 70_001].flatMap((n) => [
      [n, 1],
      [n, 3],
    ]) as [number, number][])
      test(`${n} elements, threads: ${threads}`, () => {
        const type = { shape: [n], dtype: 'float32' } as const;
        const all = { ...attrs[op], ...type };
        const expected = { ...type, data: new Float32Array(n) };
        opSpec(op).reference(operands([key]), operands([expected]), all);
        const [drawn] = runLowered(box, op, all, [key], [type], { threads }) ?? [];
        assert.deepEqual(drawn, expected.data);
      });
  });
