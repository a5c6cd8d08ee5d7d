/**
 * What a training in `float16` keeps in float32: gradients that half floats have no number for, moments, and changes of weights
 * that are smaller than a half float's last bit. So there is no scaling of losses.
 */
import '../../../src/index.js';
import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import type { Engine } from '../../../src/engine/engine.js';
import type { Precision } from '../../../src/engine/precision.js';
import {
  compile,
  manualSeed,
  nn,
  optim,
  rand,
  randint,
  type Tensor,
  useEngine,
} from '../../../src/index.js';
import { rounding, toHalf } from './among-activations.js';
import { software, withoutFloat16 } from './machine.js';

afterEach(() => useEngine('reference'));
after(() => {
  if (typeof software !== 'string') software.stop();
});

/** Four activations lie between a weight and the loss, each rounded once, and the gradient is a product of two that are off so. */
const tolerance = 8 * rounding;

/** A loss whose gradients are far below 2⁻²⁵, which half floats round to 0. */
const lossScale = 1e-7;

const lr = 1e-6;
const steps = 3;

function trained(engine: string | Engine, precision: Precision) {
  useEngine('reference');
  manualSeed(2);
  const model = new nn.Sequential(
    ...[new nn.Conv2d(2, 4, 3), new nn.Tanh(), new nn.Flatten()],
    ...[new nn.Linear(64, 16), new nn.Tanh(), new nn.Linear(16, 3)],
  );
  const [x, y] = [rand([8, 2, 6, 6]), randint(3, [8])];
  const parameters = model.parameters();
  const before = parameters.map((parameter) => [...parameter.data]);
  const optimizer = new optim.Adam(parameters, { lr, eps: 1e-20 });
  useEngine(engine);
  const step = compile(
    (images: Tensor, labels: Tensor) => {
      optimizer.zeroGrad();
      const loss = nn.functional.crossEntropy(model(images), labels).mul(lossScale);
      loss.backward();
      optimizer.step();
      return [loss, ...parameters.map((parameter) => parameter.grad?.mul(1) ?? loss)];
    },
    { precision },
  );
  let results: readonly Tensor[] = [];
  for (let k = 0; k < steps; k++) results = step(x, y);
  const state = Object.values(optimizer.stateDict().state);
  const moments = state.flatMap((own) =>
    Object.values(own).flatMap((moment) => (moment.numel() > 1 ? [[...moment.data]] : [])),
  );
  const changes = parameters.map((parameter, k) =>
    [...parameter.data].map((weight, i) => weight - (before[k]?.[i] ?? 0)),
  );
  return {
    before,
    changes,
    moments,
    gradients: results.slice(1).map((result) => [...result.data]),
  };
}

const size = (values: readonly number[]) => Math.hypot(...values);

/** Each tensor is off by at most `most` of its size. */
function assertNear(what: string, found: number[][], expected: number[][], most: number): void {
  assert.ok(found.length > 0 && found.length === expected.length);
  found.forEach((values, k) => {
    const wanted = expected[k] ?? [];
    const off = size(values.map((value, i) => value - (wanted[i] ?? 0))) / size(wanted);
    assert.ok(off <= most, `${what} ${k} are off by ${off} of their size`);
  });
}

describe('a training in float16', { skip: withoutFloat16 }, () => {
  test('keeps gradients, moments and changes that half floats have no numbers for', () => {
    if (typeof software === 'string') return;
    const expected = trained('reference', 'float32');
    const found = trained(software, 'float16');
    assert.ok(expected.gradients.flat().every((gradient) => toHalf(gradient) === 0));
    const lastBit = (weight: number) => 2 ** (Math.floor(Math.log2(Math.abs(weight))) - 10);
    const lost = expected.changes.map((values, k) =>
      values.filter((change, i) => Math.abs(change) < lastBit(expected.before[k]?.[i] ?? 0) / 2),
    );
    assert.ok(lost.flat().length > 0.9 * expected.changes.flat().length, 'nearly all are so small');
    assertNear('gradients', found.gradients, expected.gradients, tolerance);
    assertNear('moments', found.moments, expected.moments, 2 * tolerance);
    assertNear('changes', found.changes, expected.changes, 2 * tolerance);
    assert.notDeepEqual(found.gradients, expected.gradients, 'activations were rounded');
  });
});
