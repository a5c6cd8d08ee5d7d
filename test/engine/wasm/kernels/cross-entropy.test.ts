import '../../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Case, checkAgreement, given, randn } from './agreement.js';
import { runLowered, runReference } from './lowered.js';
import { Sandbox } from './sandbox.js';

const sizes = [
  [1, 1],
  [3, 2],
  [32, 10],
  [5, 260],
  [5, 33],
] as const;

checkAgreement(
  sizes.flatMap(([n, k]): Case[] => {
    const logits = randn([n, k], 1, 0, 3);
    const { arrays, types } = runReference('softmax', { dim: 1 }, [randn([n, k], 2)]);
    const probabilities = given(types[0]?.shape ?? [], Array.from(arrays[0] ?? []));
    const labels = given(
      [n],
      Array.from({ length: n }, (_, i) => (i * 7) % k),
      'int32',
    );
    const weight = given(
      [k],
      Array.from({ length: k }, (_, i) => 0.5 + (i % 4)),
    );
    return (['none', 'sum', 'mean'] as const).flatMap((reduction) =>
      [0, 0.1].flatMap((labelSmoothing) =>
        [labels, probabilities].flatMap((target) =>
          [[], [weight]].flatMap((rest): Case[] => {
            const attrs = { reduction, labelSmoothing, ignoreIndex: n > 4 ? 0 : -100 };
            const logp = runReference('logSoftmax', { dim: 1 }, [logits]).arrays[0] ?? [];
            const saved = given([n, k], Array.from(logp));
            const dy = reduction === 'none' ? randn([n], 3) : given([], [0.7]);
            return [
              { op: 'crossEntropy', attrs, inputs: [logits, target, ...rest] },
              { op: 'crossEntropyBackward', attrs, inputs: [dy, saved, target, ...rest] },
            ];
          }),
        ),
      ),
    );
  }),
);

test('a label out of range is named before any kernel runs', () => {
  const attrs = { reduction: 'mean', ignoreIndex: -100, labelSmoothing: 0 };
  const logits = randn([2, 3], 1);
  const types = [{ shape: [], dtype: 'float32' }, logits] as const;
  const inputs = [logits, given([2], [1, 3], 'int32')];
  assert.throws(() => runLowered(new Sandbox('simd'), 'crossEntropy', attrs, inputs, types), {
    name: 'ValueError',
    message: /label 3 at position 1 is out of range, 3 classes need labels from 0 to 2/,
  });
});
