import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conv2d } from '../../src/nn/functional.js';
import * as nn from '../../src/nn/index.js';
import '../../src/ops/index.js';
import { eye, zeros } from '../../src/tensor/creation.js';
import { manualSeed } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { readGolden } from './golden.js';

const { init } = nn;
const golden = readGolden<{
  init: {
    gains: Record<string, number>;
    spreads: Record<string, number>;
    means: Record<string, number>;
  };
}>('nn.json').init;

const greatest = (t: Tensor) => t.abs().amax().item();

test('gains and fans are those of PyTorch', () => {
  for (const [name, gain] of Object.entries(golden.gains)) {
    const [nonlinearity, a] = name.split(' ');
    const found = init.calculateGain(
      nonlinearity as Parameters<typeof init.calculateGain>[0],
      ...(a === undefined ? [] : [Number(a)]),
    );
    assert.ok(Math.abs(found - gain) < 1e-12, `${name}: ${found}, ${gain}`);
  }
  assert.deepEqual(init.calculateFanInAndFanOut(zeros([6, 4, 3, 5])), { fanIn: 60, fanOut: 90 });
  assert.throws(() => init.calculateFanInAndFanOut(zeros([6])), {
    name: 'ShapeError',
    message: 'calculateFanInAndFanOut: tensor [6] must have at least 2 dimensions',
  });
});

test('each distribution is as wide as PyTorch makes it', () => {
  manualSeed(1);
  const w = zeros([200, 100, 3, 3]);
  const spreads: Record<string, () => number> = {
    xavierUniform: () => greatest(init.xavierUniform_(w, 2)),
    xavierNormal: () => init.xavierNormal_(w, 2).std().item(),
    kaimingUniform: () => greatest(init.kaimingUniform_(w)),
    'kaimingUniform a': () => greatest(init.kaimingUniform_(w, { a: Math.sqrt(5) })),
    kaimingNormal: () =>
      init.kaimingNormal_(w, { mode: 'fanOut', nonlinearity: 'relu' }).std().item(),
    truncNormal: () => init.truncNormal_(w).std().item(),
    'truncNormal narrow': () =>
      init.truncNormal_(w, { mean: 1, std: 2, a: 0, b: 1.5 }).std().item(),
  };
  assert.deepEqual(Object.keys(spreads), Object.keys(golden.spreads));
  for (const [name, spread] of Object.entries(spreads)) {
    const [found, wanted] = [spread(), golden.spreads[name] ?? 0];
    // Both are estimates from 180,000 draws: standard deviations are good to 0.2 %.
    assert.ok(Math.abs(found / wanted - 1) < 0.01, `${name}: ${found}, PyTorch ${wanted}`);
  }
  assert.ok(Math.abs(w.mean().item() - (golden.means['truncNormal narrow'] ?? 0)) < 0.005);
  assert.ok(w.data.every((v) => v >= 0 && v <= 1.5));
});

test('uniform and normal have the range, mean and deviation asked for', () => {
  manualSeed(2);
  const w = init.uniform_(zeros([300, 300]), -1, 3);
  assert.ok(w.data.every((v) => v >= -1 && v < 3));
  assert.ok(Math.abs(w.mean().item() - 1) < 0.02);
  init.normal_(w, 5, 2);
  assert.ok(Math.abs(w.mean().item() - 5) < 0.03);
  assert.ok(Math.abs(w.std().item() - 2) < 0.02);
});

test('constants, identity and orthogonal matrices', () => {
  assert.deepEqual(init.constant_(zeros([2]), 1.5).toArray(), [1.5, 1.5]);
  assert.deepEqual(init.zeros_(init.ones_(zeros([2]))).toArray(), [0, 0]);
  assert.deepEqual(init.eye_(zeros([2, 3])).toArray(), eye(2, 3).toArray());
  assert.throws(() => init.eye_(zeros([2])), /eye_: tensor \[2\] must have 2 dimensions/);
  for (const shape of [
    [5, 8],
    [8, 5],
    [4, 2, 3],
  ]) {
    const w = init.orthogonal_(zeros(shape, { dtype: 'float64' }), 2);
    const q = w.reshape([shape[0] ?? 1, -1]).div(2);
    const product = q.size(0) <= q.size(1) ? q.matmul(q.t()) : q.t().matmul(q);
    const unit = eye(product.size(0), product.size(1), { dtype: 'float64' });
    assert.ok(greatest(product.sub(unit)) < 1e-12);
  }
});

test('dirac_: a convolution that gives back its input', () => {
  manualSeed(4);
  const x = init.uniform_(zeros([2, 3, 5, 6]));
  const w = init.dirac_(init.ones_(zeros([4, 3, 3, 3])));
  const y = conv2d(x, w, null, { padding: 1 });
  assert.deepEqual(y.narrow(1, 0, 3).toArray(), x.toArray());
  assert.equal(greatest(y.narrow(1, 3, 1)), 0);
  // As torch.nn.init.dirac_ fills a kernel of even width.
  assert.deepEqual(init.dirac_(zeros([1, 2, 4])).toArray(), [
    [
      [0, 0, 1, 0],
      [0, 0, 0, 0],
    ],
  ]);
  assert.throws(() => init.dirac_(zeros([2, 2])), {
    message: 'dirac_: tensor [2,2] must have at least 3 dimensions',
  });
});

test('layers start as PyTorch starts them: weight and bias uniform in ±1/√fanIn', () => {
  manualSeed(3);
  const conv = new nn.Conv2d(32, 64, [3, 5], { groups: 2 });
  const linear = new nn.Linear(400, 300);
  for (const [layer, fanIn] of [
    [conv, 16 * 15],
    [linear, 400],
  ] as const)
    for (const parameter of layer.parameters()) {
      const bound = 1 / Math.sqrt(fanIn);
      assert.ok(greatest(parameter) <= bound);
      assert.ok(greatest(parameter) > 0.9 * bound);
      assert.ok(Math.abs(parameter.detach().std().item() / (bound / Math.sqrt(3)) - 1) < 0.25);
    }
});

test('one seed gives one model, in the order of construction', () => {
  const build = () => {
    manualSeed(7);
    return [new nn.Linear(3, 4), new nn.Conv2d(1, 2, 3)].flatMap((layer) =>
      layer.parameters().map((p) => p.toArray()),
    );
  };
  assert.deepEqual(build(), build());
  manualSeed(7);
  const first = new nn.Linear(3, 4);
  assert.notDeepEqual(new nn.Linear(3, 4).weight.toArray(), first.weight.toArray());
});

test("conv2d refuses 'same' with a stride, and says so before any work", () => {
  assert.throws(
    () => conv2d(zeros([1, 1, 4, 4]), zeros([1, 1, 3, 3]), null, { padding: 'same', stride: 2 }),
    /conv2d: padding 'same' with stride 2×2, stride 1 is required/,
  );
});

test('skipInit refuses an async function, which it would leave after its first await', () => {
  assert.throws(() => nn.init.skipInit(async () => new nn.Linear(2, 2)), {
    name: 'ValueError',
    message: /^skipInit: the function returned a promise, and initial values would be drawn again/,
  });
});

test('truncNormal_ makes numbers of a draw of 0 too, as fresh networks of many millions of weights meet', () => {
  manualSeed(39);
  const w = init.truncNormal_(zeros([1000, 508]), { std: 0.02 }); // draw 507,218 is 0
  assert.ok(greatest(w) < 0.12, `${greatest(w)}`);
});
