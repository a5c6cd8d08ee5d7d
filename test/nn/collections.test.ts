import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as nn from '../../src/nn/index.js';
import '../../src/ops/index.js';
import { ones, tensor, zeros } from '../../src/tensor/creation.js';

test('a ModuleDict holds modules under their names', () => {
  const dict = new nn.ModuleDict({ body: new nn.Linear(2, 3), head: new nn.Linear(3, 1) });
  dict.set('head', new nn.Linear(3, 4));
  assert.deepEqual(
    [...dict.stateDict().keys()],
    ['body.weight', 'body.bias', 'head.weight', 'head.bias'],
  );
  assert.deepEqual(dict.get('head').stateDict().get('weight')?.shape, [4, 3]);
  assert.equal(dict.size, 2);
  assert.ok(dict.has('body') && !dict.has('__proto__'));
  assert.throws(() => dict.get('tail'), /ModuleDict: has no 'tail'; it has body, head/);
  assert.throws(() => dict.set('a.b', new nn.Identity()), /must not be empty nor contain a dot/);
});

test('a ParameterList holds parameters by their place', () => {
  const list = new nn.ParameterList([new nn.Parameter(ones([2])), new nn.Parameter(zeros([3]))]);
  assert.deepEqual([...list.stateDict().keys()], ['0', '1']);
  assert.equal(list.parameters().length, 2);
  assert.deepEqual(list.at(-1).shape, [3]);
  assert.throws(() => list.at(2), /index 2 is out of range for 2 parameters/);
});

test('an embedding picks rows, and its gradient counts them', () => {
  const table = new nn.Embedding(4, 3);
  const rows = table.forward(
    tensor(
      [
        [0, 2],
        [2, 3],
      ],
      { dtype: 'int32' },
    ),
  );
  assert.deepEqual(rows.shape, [2, 2, 3]);
  assert.deepEqual(rows.at(1, 0).toArray(), table.weight.at(2).toArray());
  rows.sum().backward();
  assert.deepEqual(table.weight.grad?.sum(1).toArray(), [3, 0, 6, 3]);
});

test('oneHot marks labels', () => {
  const labels = tensor([2, 0], { dtype: 'int32' });
  assert.deepEqual(nn.functional.oneHot(labels, 3).toArray(), [
    [0, 0, 1],
    [1, 0, 0],
  ]);
  assert.throws(() => nn.functional.oneHot(labels, 0), /numClasses=0 must be a whole number/);
});
