import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../src/ops/index.js';
import { crossEntropy } from '../../src/nn/functional.js';
import * as nn from '../../src/nn/index.js';
import * as optim from '../../src/optim/index.js';
import { ones, tensor, zeros } from '../../src/tensor/creation.js';
import { Parameter } from '../../src/tensor/parameter.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { assertClose } from '../nn/close.js';
import { counterValues } from '../nn/counter-values.js';
import { readGolden } from '../nn/golden.js';

type History = readonly (readonly [readonly number[], readonly number[]])[];
const goldens = readGolden<{ optimizers: Record<string, History> }>('optim.json').optimizers;

const { SGD, Adam, AdamW, RMSprop } = optim;
const optimizers: Readonly<Record<string, (p: [Tensor, Tensor]) => optim.Optimizer>> = {
  sgd: (p) => new SGD(p, { lr: 0.1 }),
  'sgd weightDecay': (p) => new SGD(p, { lr: 0.1, weightDecay: 0.05 }),
  'sgd momentum': (p) => new SGD(p, { lr: 0.05, momentum: 0.9 }),
  'sgd dampening': (p) =>
    new SGD(p, { lr: 0.05, momentum: 0.8, dampening: 0.3, weightDecay: 0.01 }),
  'sgd nesterov': (p) => new SGD(p, { lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  adam: (p) => new Adam(p, { lr: 0.02 }),
  'adam options': (p) => new Adam(p, { lr: 0.02, betas: [0.8, 0.95], eps: 1e-3, weightDecay: 0.1 }),
  'adam amsgrad': (p) =>
    new Adam(p, { lr: 0.02, betas: [0.5, 0.9], amsgrad: true, weightDecay: 0.01 }),
  adamw: (p) => new AdamW(p, { lr: 0.02 }),
  'adamw options': (p) =>
    new AdamW(p, { lr: 0.02, betas: [0.8, 0.95], eps: 1e-3, weightDecay: 0.2 }),
  'adamw amsgrad': (p) => new AdamW(p, { lr: 0.02, betas: [0.5, 0.9], amsgrad: true }),
  rmsprop: (p) => new RMSprop(p),
  'rmsprop momentum': (p) =>
    new RMSprop(p, { lr: 0.02, alpha: 0.9, momentum: 0.9, weightDecay: 0.05 }),
  'rmsprop centered': (p) => new RMSprop(p, { lr: 0.02, alpha: 0.8, eps: 1e-3, centered: true }),
  'rmsprop all': (p) =>
    new RMSprop(p, { lr: 0.02, momentum: 0.5, centered: true, weightDecay: 0.05 }),
  groups: ([a, b]) =>
    new Adam([{ params: [a], lr: 0.1, betas: [0.5, 0.9] }, { params: [b] }], { lr: 0.01 }),
};

const shapes = [[3, 4], [5]] as const;

function startParams(): [Tensor, Tensor] {
  return [new Parameter(counterValues(shapes[0], 1)), new Parameter(counterValues(shapes[1], 2))];
}

/** Steps `from` … `to` − 1 of the goldens' training; returns the parameters after each. */
function train(optimizer: optim.Optimizer, params: [Tensor, Tensor], from = 0, to = 12): History {
  const history: [number[], number[]][] = [];
  for (let step = from; step < to; step++) {
    params.forEach((param, k) => {
      const absent = k === 1 && (step === 0 || step === 6);
      param.grad = absent ? null : counterValues(param.shape, 100 + 2 * step + k);
    });
    optimizer.step();
    history.push([[...params[0].data], [...params[1].data]]);
    if (step % 3 === 2) for (const group of optimizer.paramGroups) group.lr *= 0.7;
  }
  return history;
}

test('every optimizer of the goldens is tested', () => {
  assert.deepEqual(Object.keys(optimizers), Object.keys(goldens));
});

for (const [name, make] of Object.entries(optimizers)) {
  test(`${name} changes parameters as PyTorch's does, step by step`, () => {
    const params = startParams();
    const start = [...params[0].data];
    const found = train(make(params), params);
    goldens[name]?.forEach((wanted, step) => {
      wanted.forEach((values, k) => {
        assertClose(found[step]?.[k] ?? [], values, 1e-6, `parameter ${k} after step ${step}`);
      });
    });
    const moved = Math.max(...start.map((v, i) => Math.abs(v - (params[0].data[i] ?? 0))));
    assert.ok(moved > 1e-2, `${moved}`); // so that 1e-6 is a small part of what is tested
  });

  test(`${name} goes on from a saved state as if it had not stopped`, () => {
    const params = startParams();
    const optimizer = make(params);
    const whole = train(optimizer, params);

    const before = startParams();
    const first = make(before);
    train(first, before, 0, 7);
    const saved = JSON.parse(JSON.stringify(first.stateDict(), writeTensor), readTensor);
    const after: [Tensor, Tensor] = [
      new Parameter(before[0].detach().clone()),
      new Parameter(before[1].detach().clone()),
    ];
    const second = make(after);
    second.lr = 5; // overwritten by the saved one
    second.loadStateDict(saved);
    assert.deepEqual(train(second, after, 7), whole.slice(7));
  });
}

function writeTensor(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('storage' in value)) return value;
  const { data, shape, dtype } = value as Tensor;
  return { data: [...data], shape, dtype };
}

function readTensor(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('dtype' in value)) return value;
  const { data, shape, dtype } = value as { data: number[]; shape: number[]; dtype: 'float32' };
  return tensor(data, { dtype }).reshape(shape);
}

test('the state dict has the structure of PyTorch', () => {
  const [a, b] = startParams();
  const optimizer = new Adam([{ params: [a] }, { params: [b], lr: 0.5 }], { weightDecay: 0.1 });
  const { state, paramGroups } = optimizer.stateDict();
  assert.deepEqual(Object.keys(state), ['0', '1']);
  assert.deepEqual(Object.keys(state[0] ?? {}), ['step', 'expAvg', 'expAvgSq']);
  assert.deepEqual(paramGroups, [
    { betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.1, amsgrad: false, lr: 1e-3, params: [0] },
    { betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.1, amsgrad: false, lr: 0.5, params: [1] },
  ]);
});

test('a state dict that does not fit changes nothing and says why', () => {
  const [a, b] = startParams();
  const one = new Adam([a], { lr: 0.5 });
  const two = new Adam([{ params: [a] }, { params: [b] }]);
  assert.throws(() => one.loadStateDict(two.stateDict()), {
    name: 'CheckpointError',
    message: 'Adam: the state dict has 2 parameter groups, the optimizer 1',
  });
  assert.throws(() => one.loadStateDict(new Adam([a, b]).stateDict()), {
    message: 'Adam: group 0 of the state dict has 2 parameters, that of the optimizer 1',
  });
  assert.throws(() => one.loadStateDict(new Adam([b]).stateDict()), {
    message: 'Adam: expAvg of parameter 0 is [5], [3,4] is required',
  });
  assert.throws(() => new SGD([a], { momentum: 0.9 }).loadStateDict(one.stateDict()), {
    name: 'CheckpointError',
    message:
      "SGD: the state dict does not fit: option 'betas' is unknown; known are momentum, dampening, weightDecay, nesterov",
  });
  const damaged = new SGD([a], { momentum: 0.9 }).stateDict();
  const { momentumBuffer, ...rest } = damaged.state[0] ?? {};
  const load = (state: optim.ParamState, group: object = {}) =>
    new SGD([a]).loadStateDict({
      state: { 0: state },
      paramGroups: damaged.paramGroups.map((saved) => ({ ...saved, ...group })),
    });
  assert.throws(() => load(rest), {
    message: 'SGD: momentumBuffer of parameter 0 is missing, [3,4] is required',
  });
  assert.throws(() => load({ momentumBuffer: zeros([2]) }, { momentum: 0 }), {
    message: 'SGD: momentumBuffer of parameter 0 is [2], [3,4] is required',
  });
  assert.throws(() => load({}, { momentum: -1 }), {
    name: 'CheckpointError',
    message: 'SGD: the state dict does not fit: momentum=-1 must be ≥ 0',
  });
  assert.throws(() => load({}, { lr: 'fast' }), {
    name: 'CheckpointError',
    message: 'SGD: lr of the state dict is fast, not ≥ 0',
  });
  assert.ok(momentumBuffer);
  assert.equal(one.lr, 0.5);
});

test('optimizers refuse what PyTorch refuses', () => {
  const [a] = startParams();
  const refused: [() => unknown, string][] = [
    [
      () => new SGD([]),
      'SGD: got no parameters; pass model.parameters(), or check that the model has any',
    ],
    [() => new SGD([{ params: [] }]), 'SGD: a parameter group is empty'],
    [
      () => new SGD(a as unknown as Tensor[]),
      'SGD: the parameters must be a list of tensors; pass model.parameters(), or [tensor] for one alone',
    ],
    [
      () => new SGD([{ params: [a] }, a as unknown as { params: Tensor[] }]),
      'SGD: a parameter group is an object { params: […], … }, and stands beside groups alone',
    ],
    [
      () => new SGD([{ params: [a], weight_decay: 1 } as { params: Tensor[] }]),
      "SGD: option 'weight_decay' is unknown; did you mean weightDecay?",
    ],
    [
      () => new AdamW([a], { learningRate: 1 } as object),
      "AdamW: option 'learningRate' is unknown; did you mean lr?",
    ],
    [
      () => new (SGD as unknown as new (...args: unknown[]) => optim.SGD)([a], 0.1, 0.9),
      'SGD: 0.1, 0.9 are given where one object with options is required: { lr: 0.1, momentum: 0.9 }',
    ],
    [
      () => new Adam([a, a]),
      'Adam: parameter 1 [3,4] is given twice; each belongs to one group, once',
    ],
    [
      () => new Adam([{ params: [a] }, { params: [a] }]),
      'Adam: parameter 0 [3,4] is given twice; each belongs to one group, once',
    ],
    [
      () => new SGD([a.mul(2)]),
      'SGD: parameter 0 [3,4] is the result of an op, only leaf tensors can be trained; detach() it',
    ],
    [
      () => new SGD([{ params: [3 as unknown as Tensor] }]),
      'SGD: parameter 0 is number, tensors are required',
    ],
    [() => new SGD([a], { lr: -1 }), 'lr: lr=-1 must be ≥ 0'],
    [() => new SGD([a], { momentum: -0.1 }), 'SGD: momentum=-0.1 must be ≥ 0'],
    [() => new SGD([a], { weightDecay: -1 }), 'SGD: weightDecay=-1 must be ≥ 0'],
    [
      () => new SGD([a], { nesterov: true }),
      'SGD: nesterov with momentum=0 and dampening=0, a positive momentum and dampening 0 are required',
    ],
    [
      () => new SGD([a], { nesterov: true, momentum: 0.9, dampening: 0.1 }),
      'SGD: nesterov with momentum=0.9 and dampening=0.1, a positive momentum and dampening 0 are required',
    ],
    [
      () => new Adam([a], { betas: [1, 0.9] }),
      'Adam: betas[0]=1 must be at least 0 and less than 1',
    ],
    [
      () => new AdamW([a], { betas: [0.9, -0.1] }),
      'AdamW: betas[1]=-0.1 must be at least 0 and less than 1',
    ],
    [() => new Adam([a], { eps: -1 }), 'Adam: eps=-1 must be ≥ 0'],
    [() => new RMSprop([a], { alpha: -1 }), 'RMSprop: alpha=-1 must be ≥ 0'],
    [() => new RMSprop([a], { momentum: Number.NaN }), 'RMSprop: momentum=NaN must be ≥ 0'],
  ];
  for (const [make, message] of refused) assert.throws(make, { name: 'ValueError', message });
});

test('parameters join later, each with its own count of steps', () => {
  const [a, b] = startParams();
  const optimizer = new Adam([a], { lr: 0.1 });
  a.grad = ones([3, 4]);
  for (let i = 0; i < 50; i++) optimizer.step();
  optimizer.addParamGroup({ params: [b], lr: 0.2 });
  b.grad = ones([5]).mul(3);
  const start = [...b.data];
  optimizer.step();
  // The first step of Adam is lr against the gradient's sign, whatever its size.
  b.data.forEach((v, i) => {
    assert.ok(Math.abs(v - ((start[i] ?? 0) - 0.2)) < 1e-6);
  });
  assert.equal(optimizer.lr, 0.1);
  optimizer.lr = 0.3;
  assert.deepEqual(
    optimizer.paramGroups.map((group) => group.lr),
    [0.3, 0.3],
  );
});

test('what has no gradient is left alone, and zeroGrad drops gradients', () => {
  const [a, b] = startParams();
  const optimizer = new SGD([a, b], { lr: 1, weightDecay: 1 });
  a.grad = zeros([3, 4]);
  const before = [...b.data];
  optimizer.step();
  assert.deepEqual([...b.data], before);
  assert.ok(a.data.every((v) => v === 0)); // θ − 1·θ
  optimizer.zeroGrad();
  assert.equal(a.grad, null);
});

test('a model learns', () => {
  const model = new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Linear(16, 2));
  const x = counterValues([64, 2], 5);
  const y = x.at(null, 0).mul(x.at(null, 1)).gt(0).to('int32');
  const optimizer = new Adam(model.parameters(), { lr: 0.05 });
  let loss = Number.POSITIVE_INFINITY;
  for (let step = 0; step < 60; step++) {
    optimizer.zeroGrad();
    const output = crossEntropy(model.forward(x), y);
    output.backward();
    optimizer.step();
    loss = output.item();
  }
  assert.ok(loss < 0.1, `loss ${loss}`);
});
