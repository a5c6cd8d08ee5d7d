import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clipGradNorm, clipGradValue, EMA } from '../../src/optim/index.js';
import '../../src/ops/index.js';
import { ones, tensor } from '../../src/tensor/creation.js';
import { noGrad } from '../../src/tensor/grad-mode.js';
import { Parameter } from '../../src/tensor/parameter.js';
import { assertClose } from '../nn/close.js';
import { counterValues } from '../nn/counter-values.js';
import { readGolden } from '../nn/golden.js';

const golden = readGolden<{ clip: Record<string, { norm: number; grads: number[][] }> }>(
  'optim.json',
).clip;

for (const [name, { norm, grads }] of Object.entries(golden))
  test(`clipGradNorm ${name} scales gradients as PyTorch does`, () => {
    const [maxNorm = '', kind] = name.split(' ');
    const params = [[3, 4], [5]].map((shape) => new Parameter(ones(shape)));
    params.forEach((param, k) => {
      param.grad = counterValues(param.shape, 100 + k);
    });
    const normType = kind === 'inf' ? Number.POSITIVE_INFINITY : Number(kind);
    const total = clipGradNorm(params, Number(maxNorm), { normType });
    assertClose(total, [norm], 1e-6, 'norm');
    params.forEach((param, k) => {
      assertClose(param.grad ?? [], grads[k] ?? [], 1e-6, `gradient ${k}`);
    });
  });

test('clipping leaves a gradient alone that two parameters share', () => {
  const [a, b] = [new Parameter(ones([2])), new Parameter(ones([2]))];
  a.add(b)
    .mul(tensor([3, 4]))
    .sum()
    .backward();
  clipGradNorm([a, b], 1);
  const coefficient = 1 / Math.sqrt(50);
  assertClose(a.grad ?? [], [3 * coefficient, 4 * coefficient], 1e-5, 'a');
  assertClose(b.grad ?? [], [3 * coefficient, 4 * coefficient], 1e-5, 'b');
});

test('clipGradValue cuts elements; parameters without gradient are skipped', () => {
  const [a, b] = [new Parameter(ones([3])), new Parameter(ones([1]))];
  a.grad = tensor([-3, 0.25, 2]);
  clipGradValue([a, b], 0.5);
  assert.deepEqual(a.grad.toArray(), [-0.5, 0.25, 0.5]);
  assert.equal(b.grad, null);
  assert.equal(clipGradNorm([b], 1).item(), 0);
  clipGradValue([a, b], Number.POSITIVE_INFINITY);
  assert.deepEqual(a.grad?.toArray(), [-0.5, 0.25, 0.5]);
  assert.throws(() => clipGradValue([a], -1), {
    message: 'clipGradValue: clipValue=-1 must be ≥ 0',
  });
  assert.throws(() => clipGradNorm([a], -1), { message: 'clipGradNorm: maxNorm=-1 must be ≥ 0' });
});

test('EMA follows the parameters and lends its averages', async () => {
  const param = new Parameter(tensor([1, 2]));
  const ema = new EMA([param], { decay: 0.75 });
  const add = (value: number) => noGrad(() => param.add_(value));
  add(4);
  ema.update(); // [1, 2] + 0.25 · 4
  add(4);
  ema.update(); // [2, 3] + 0.25 · ([9, 10] − [2, 3])
  assert.deepEqual(ema.averages[0]?.toArray(), [3.75, 4.75]);
  assert.deepEqual(param.toArray(), [9, 10]);

  assert.deepEqual(
    ema.applied(() => param.toArray()),
    [3.75, 4.75],
  );
  const later = ema.applied(async () => {
    await Promise.resolve();
    return param.toArray();
  });
  assert.deepEqual(await later, [3.75, 4.75]);
  assert.deepEqual(param.toArray(), [9, 10]);
  assert.throws(() =>
    ema.applied(() => {
      throw new Error('stop');
    }),
  );
  assert.deepEqual(param.toArray(), [9, 10]);

  const other = new EMA([new Parameter(ones([2]))]);
  other.loadStateDict(ema.stateDict());
  other.copyTo();
  assert.deepEqual(other.averages[0]?.toArray(), [3.75, 4.75]);
  assert.throws(() => new EMA([new Parameter(ones([3]))]).loadStateDict(ema.stateDict()), {
    name: 'CheckpointError',
    message: 'EMA: average 0 is [2], [3] is required',
  });
  assert.throws(() => new EMA([param], { decay: 2 }), {
    message: 'EMA: decay=2 must be from 0 to 1',
  });
});

test('EMA as Lookahead: the parameters go back to an average that keeps as much as it is told', () => {
  const param = new Parameter(tensor([1, 2]));
  const slow = new EMA([param]);
  noGrad(() => param.add_(4));
  slow.update(0.5); // half of [1, 2], half of [5, 6]
  slow.copyTo();
  assert.deepEqual(param.toArray(), [3, 4]);
  noGrad(() => param.add_(4));
  slow.update(1);
  slow.copyTo();
  assert.deepEqual(param.toArray(), [3, 4]);
  assert.throws(() => slow.update(-1), { message: 'EMA: decay=-1 must be from 0 to 1' });
});
