import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '../../src/compile/compile.js';
import { ShapeError, ValueError } from '../../src/core/errors.js';
import type { Shape } from '../../src/core/shape.js';
import { currentEngine, useEngine } from '../../src/engine/select.js';
import * as nn from '../../src/nn/index.js';
import '../../src/ops/index.js';
import { type NestedArray, tensor } from '../../src/tensor/creation.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { presentEngines } from '../engine/present.js';
import { assertClose } from './close.js';
import { counterValues } from './counter-values.js';
import { readGolden } from './golden.js';

interface LossGolden {
  readonly repr: string;
  readonly keys: readonly string[];
  readonly labels: NestedArray | null;
  readonly shape: Shape;
  readonly output: readonly number[];
  readonly gradInput: readonly number[];
}

interface LossCase {
  readonly make: () => nn.Module;
  readonly input: Shape;
  /** Shape of targets from 0 to 1; labels come from the golden. */
  readonly target?: Shape;
  readonly range?: readonly [low: number, high: number];
}

const weight = (n: number) => counterValues([n], 7, 0.5, 2);
const classes: Shape = [5, 4];
const same = { input: [4, 3], target: [4, 3] };
const wide = { ...same, range: [-40, 40] } as const;

const losses: Readonly<Record<string, LossCase>> = {
  crossEntropy: { make: () => new nn.CrossEntropyLoss(), input: classes },
  'crossEntropy sum': {
    make: () => new nn.CrossEntropyLoss({ reduction: 'sum' }),
    input: classes,
  },
  'crossEntropy none': {
    make: () => new nn.CrossEntropyLoss({ reduction: 'none' }),
    input: classes,
  },
  'crossEntropy weight': {
    make: () => new nn.CrossEntropyLoss({ weight: weight(4) }),
    input: classes,
  },
  'crossEntropy smoothing': {
    make: () => new nn.CrossEntropyLoss({ weight: weight(4), labelSmoothing: 0.1 }),
    input: classes,
  },
  'crossEntropy ignore': {
    make: () => new nn.CrossEntropyLoss({ ignoreIndex: 2 }),
    input: classes,
  },
  'crossEntropy soft': {
    make: () => new nn.CrossEntropyLoss({ labelSmoothing: 0.2 }),
    input: classes,
    target: classes,
  },
  'crossEntropy pixels': { make: () => new nn.CrossEntropyLoss(), input: [2, 3, 2] },
  'crossEntropy sample': {
    make: () => new nn.CrossEntropyLoss({ reduction: 'none' }),
    input: [4],
  },
  nll: { make: () => new nn.NLLLoss(), input: classes },
  'nll weight': {
    make: () => new nn.NLLLoss({ weight: weight(4), ignoreIndex: 0 }),
    input: classes,
  },
  bce: { make: () => new nn.BCELoss(), ...same, range: [0, 1] },
  'bce weight': {
    make: () => new nn.BCELoss({ weight: weight(3), reduction: 'sum' }),
    ...same,
    range: [0, 1],
  },
  bceWithLogits: { make: () => new nn.BCEWithLogitsLoss(), ...wide },
  'bceWithLogits weight': {
    make: () => new nn.BCEWithLogitsLoss({ weight: weight(3), reduction: 'none' }),
    ...same,
  },
  'bceWithLogits posWeight': {
    make: () =>
      new nn.BCEWithLogitsLoss({ weight: weight(3), posWeight: counterValues([3], 8, 0.5, 2) }),
    ...wide,
  },
  mse: { make: () => new nn.MSELoss(), ...same },
  'mse sum': { make: () => new nn.MSELoss({ reduction: 'sum' }), ...same },
  l1: { make: () => new nn.L1Loss(), ...same },
  'l1 none': { make: () => new nn.L1Loss({ reduction: 'none' }), ...same },
  smoothL1: { make: () => new nn.SmoothL1Loss(), ...same },
  'smoothL1 beta': { make: () => new nn.SmoothL1Loss({ beta: 0.3, reduction: 'sum' }), ...same },
  'smoothL1 zero': { make: () => new nn.SmoothL1Loss({ beta: 0 }), ...same },
};

const goldens = readGolden<{ losses: Record<string, LossGolden> }>('nn.json').losses;

test('every loss of the goldens is tested', () => {
  assert.deepEqual(Object.keys(losses), Object.keys(goldens));
});

for (const [name, { make, input, target, range = [-2, 2] }] of Object.entries(losses))
  test(`${name} computes what PyTorch's does`, () => {
    const golden = goldens[name];
    assert.ok(golden);
    const loss = make();
    assert.equal(String(loss), golden.repr);
    assert.deepEqual([...loss.stateDict().keys()], golden.keys);
    const x = counterValues(input, 1, ...range).requiresGrad_();
    const y = loss.forward(x, targetOf(golden, target, name));
    y.backward(counterValues(y.shape, 50));
    assert.deepEqual(y.shape, golden.shape);
    assertClose(y, golden.output, 2e-6, 'loss');
    assert.ok(x.grad);
    assertClose(x.grad, golden.gradInput, 1e-5, 'gradient');
  });

function targetOf({ labels }: LossGolden, shape: Shape | undefined, name: string): Tensor {
  if (shape === undefined) return tensor(labels ?? [], { dtype: 'int32' });
  const target = counterValues(shape, 2, 0, 1);
  return name.startsWith('crossEntropy') ? target.div(target.sum(1, { keepdim: true })) : target;
}

test('binary cross entropy of certain, wrong probabilities is bounded and its gradient is a number', () => {
  const p = tensor([0, 1, 0, 1], { requiresGrad: true });
  const loss = nn.functional.binaryCrossEntropy(p, tensor([1, 0, 0, 1]), { reduction: 'none' });
  assert.deepEqual([...loss.abs().data], [100, 100, 0, 0]); // PyTorch's values
  loss.sum().backward();
  assert.ok(p.grad?.data.every((g) => !Number.isNaN(g)));
});

for (const engine of presentEngines)
  test(`binary cross entropy behind a sigmoid has a finite gradient, and says what is no probability, on ${engine}`, () => {
    const before = currentEngine();
    useEngine(engine);
    try {
      const target = tensor([1, 0, 1, 0]);
      const step = (scores: Tensor, t: Tensor) => {
        const x = scores.detach().requiresGrad_();
        const loss = nn.functional.binaryCrossEntropy(x.sigmoid(), t, { reduction: 'none' });
        loss.sum().backward();
        return [loss, x.grad ?? x];
      };
      for (const run of [step, compile(step)]) {
        const [loss, gradient] = run(tensor([-95, 95, -20, 1]), target);
        assertClose(loss ?? [], [95, 100, 20, 1.3132617], 1e-5, 'loss'); // 1 − σ(95) is 0 in float32
        assert.ok(gradient?.data.every((g) => Number.isFinite(g)));
        assertClose(gradient ?? [], [0, 0, -1, 0.7310586], 1e-5, 'gradient');
      }
      const loss = (x: Tensor, t: Tensor) => nn.functional.binaryCrossEntropy(x.mul(1), t);
      for (const run of [loss, compile(loss)]) {
        assert.throws(() => run(tensor([0.5, 1.5]), tensor([0, 1])), {
          name: 'ValueError',
          message:
            'binaryCrossEntropy: input is 1.5 at position 1, numbers from 0 to 1 are required; ' +
            'pass scores to binaryCrossEntropyWithLogits, or through sigmoid() first',
        });
        assert.throws(
          () => run(tensor([-0.5, 0.5]), tensor([0, 1])),
          /input is -0.5 at position 0/,
        );
        assert.throws(() => run(tensor([0.5, 0.5]), tensor([0, 2])), {
          message:
            'binaryCrossEntropy: target is 2 at position 1, numbers from 0 to 1 are required; convert labels to 0 and 1',
        });
        assert.ok(Number.isNaN(run(tensor([0.5, Number.NaN]), tensor([0, 1])).item()));
      }
      assert.throws(
        () => nn.functional.binaryCrossEntropyWithLogits(tensor([3]), tensor([-1])),
        /^ValueError: binaryCrossEntropyWithLogits: target is -1 at position 0/,
      );
    } finally {
      useEngine(before);
    }
  });

test('cross entropy of scores far from 0 is that of their differences', () => {
  const scores = tensor(
    [
      [1e20, 1e20],
      [1e20, -1e20],
      [3e38, 3e38],
    ].flat(),
  ).reshape([3, 2]);
  for (const engine of presentEngines) {
    const before = currentEngine();
    useEngine(engine);
    const loss = nn.functional.crossEntropy(scores, tensor([0, 0, 1], { dtype: 'int32' }), {
      reduction: 'none',
    });
    useEngine(before);
    assertClose(loss, [Math.LN2, 0, Math.LN2], 1e-6, engine);
  }
});

test('cross entropy takes labels of any whole type', () => {
  const logits = counterValues([3, 4], 1);
  const wanted = nn.functional.crossEntropy(logits, tensor([1, 0, 3], { dtype: 'int32' })).item();
  const bytes = nn.functional.crossEntropy(logits, tensor([1, 0, 3], { dtype: 'uint8' })).item();
  assert.equal(bytes, wanted);
});

test('losses say what does not fit', () => {
  const x = counterValues([2, 3], 1);
  const F = nn.functional;
  for (const [loss, call] of Object.entries({
    mseLoss: () => F.mseLoss(x, counterValues([2, 1], 1)),
    l1Loss: () => F.l1Loss(x, counterValues([2, 1], 1)),
    smoothL1Loss: () => F.smoothL1Loss(x, counterValues([2, 1], 1)),
    binaryCrossEntropy: () => F.binaryCrossEntropy(x, counterValues([2, 1], 1)),
    binaryCrossEntropyWithLogits: () => F.binaryCrossEntropyWithLogits(x, counterValues([2, 1], 1)),
  }))
    assert.throws(call, {
      name: 'ShapeError',
      message: `${loss}: target [2,1] must have the input's shape [2,3]; reshape one of them`,
    });
  assert.throws(() => F.smoothL1Loss(x, x, { beta: -1 }), {
    name: 'ValueError',
    message: 'smoothL1Loss: beta=-1 must be ≥ 0',
  });
  assert.throws(
    () => F.crossEntropy(x, tensor([0, 7], { dtype: 'int32' })),
    (error) =>
      error instanceof ValueError && /label 7 at position 1 .* 3 classes/.test(error.message),
  );
  assert.throws(() => F.crossEntropy(x, tensor([0], { dtype: 'int32' })), ShapeError);
});
