import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../src/ops/index.js';
import { SGD } from '../../src/optim/sgd.js';
import { makeSchedule, type ScheduleSpec } from '../../src/recipes/schedule.js';
import { zeros } from '../../src/tensor/creation.js';
import { Parameter } from '../../src/tensor/parameter.js';

/** The learning rate of each epoch, whose test losses are given. */
function rates(spec: ScheduleSpec, losses: readonly number[]): number[] {
  const optimizer = new SGD([new Parameter(zeros([1]))], { lr: 1 });
  const schedule = makeSchedule(optimizer, spec);
  return losses.map((loss) => {
    const { lr } = optimizer;
    schedule.step(loss);
    return lr;
  });
}

test('step: by the number of epochs alone', () => {
  const spec = { kind: 'step', stepSize: 2, gamma: 0.5 } as const;
  assert.deepEqual(rates(spec, [9, 8, 7, 6, 5]), [1, 1, 0.5, 0.5, 0.25]);
});

test('plateau: when the test loss has stayed for longer than the patience', () => {
  const spec = { kind: 'plateau', patience: 1, factor: 0.5 } as const;
  assert.deepEqual(rates(spec, [3, 2, 2, 2, 2, 2]), [1, 1, 1, 1, 0.5, 0.5]);
  assert.deepEqual(rates(spec, [6, 5, 4, 3, 2, 1]), [1, 1, 1, 1, 1, 1]);
});
