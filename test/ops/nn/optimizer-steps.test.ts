/** What the case table does not ask of the optimizers' ops: which arrays they read and write. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adamStep } from '../../../src/ops/adam-step.js';
import { rmspropStep } from '../../../src/ops/rmsprop-step.js';
import { sgdStep } from '../../../src/ops/sgd-step.js';
import { fromArray, tensor } from '../../../src/tensor/creation.js';

const lr = () => tensor(0.5);
const step = (count: number) => tensor(count, { dtype: 'int32' });
const sgd = { nesterov: false };
const constants = () => tensor([0.9, 0.5, 0]); // momentum, dampening, weight decay

test('the first SGD step takes the gradient as it is and does not read the momentum', () => {
  const inputs = [tensor([1, 2]), tensor([NaN, NaN]), tensor([10, 20]), lr(), constants(), step(0)];
  const [param, momentum] = sgdStep.all(inputs, sgd);
  assert.deepEqual(momentum?.data, Float32Array.of(10, 20));
  assert.deepEqual(param?.data, Float32Array.of(-4, -8));
});

test('later SGD steps damp the gradient', () => {
  const inputs = [tensor([1, 2]), tensor([2, 4]), tensor([10, 20]), lr(), constants(), step(1)];
  const [, momentum] = sgdStep.all(inputs, sgd);
  assert.deepEqual(momentum?.data, Float32Array.of(6.8, 13.6));
});

test('called out of place, a step leaves its inputs as they are', () => {
  const numbers = tensor([0.1, 0.01, 1e-8, 0.1]);
  const inputs = [tensor([1]), tensor([2]), tensor([3]), tensor([4]), lr(), numbers, step(5)];
  const attrs = { decoupled: true };
  const outputs = adamStep.all(inputs, attrs);
  assert.deepEqual(
    inputs.map(({ data }) => data[0]),
    [1, 2, 3, 4, 0.5, Math.fround(0.1), 5],
  );
  adamStep.inPlace('step', inputs, attrs);
  assert.deepEqual(
    inputs.slice(0, 3).map(({ data }) => data[0]),
    outputs.map(({ data }) => data[0]),
  );
  assert.notEqual(inputs[0]?.data[0], 1);
});

test('float64 parameters are updated in float64', () => {
  const wide = (value: number) => fromArray(Float64Array.of(value), [1]);
  const inputs = [wide(1), wide(1), tensor([], { dtype: 'float64' })];
  const grad = wide(1e-9);
  const [param] = rmspropStep.all(
    [...inputs, tensor([], { dtype: 'float64' }), grad, tensor(0.5), tensor([0, 0, 0, 0])],
    { momentum: false, centered: false },
  );
  assert.equal(param?.data[0], 1 - 0.5e-9);
});
