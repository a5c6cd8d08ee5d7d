import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useEngine } from '../../src/engine/select.js';
import { randn } from '../../src/ops/random.js';
import { tensor } from '../../src/tensor/creation.js';
import { defineOp } from '../../src/tensor/define-op.js';
import { gradcheck } from '../../src/tensor/gradcheck.js';

useEngine('reference');

const float64 = { dtype: 'float64', requiresGrad: true } as const;

/** A square whose gradient leaves out the factor 2. */
const wrongSquare = defineOp('test.wrongSquare', {
  infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
  reference: ([x], [y]) => y.data.set(x.data.map((value) => value * value)),
  backward: (dy, [x]) => [() => dy.mul(x)],
});

test('right gradients pass, by element and by direction, and inputs are left as they were', () => {
  const [x, w] = [randn([2, 3], float64), randn([3], float64)];
  const before = x.toArray();
  const fn = (a: typeof x, b: typeof x) => [a.mul(b).exp(), a.argmax(), b.sum()];
  assert.equal(gradcheck(fn, [x, w]), true);
  assert.equal(gradcheck(fn, [x, w], { fastMode: true, seed: 3 }), true);
  assert.deepEqual(x.toArray(), before);
});

test('wrong gradients are found, by element and by direction', () => {
  const x = tensor([1, 2], float64);
  assert.throws(() => gradcheck((a) => wrongSquare([a], {}), [x]), {
    name: 'ValueError',
    message:
      /^gradcheck: input 0 \[2\], element 0: backward gives -?[\d.]+, central differences give -?[\d.]+$/,
  });
  assert.throws(
    () => gradcheck((a) => wrongSquare([a], {}), [x], { fastMode: true }),
    /random direction 0/,
  );
});

test('a gradient that does not flow is found', () => {
  const x = tensor([1, 2], float64);
  assert.throws(() => gradcheck((a) => a.add(a.detach()), [x]), /central differences/);
});

test('inputs must be float64 and matter', () => {
  assert.throws(() => gradcheck((a) => a, [tensor([1], { requiresGrad: true })]), {
    name: 'DTypeError',
    message: "gradcheck: input 0 is float32, float64 is required; convert it with .to('float64')",
  });
  assert.throws(() => gradcheck((a) => a.detach(), [tensor([1], float64)]), {
    name: 'ValueError',
    message: 'gradcheck: no output depends on an input that requires a gradient',
  });
});
