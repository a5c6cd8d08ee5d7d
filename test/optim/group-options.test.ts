/** Options that change under way: set on a group, or loaded with a state dict. Behaviour follows them, as in PyTorch. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { compile } from '../../src/compile/compile.js';
import { useEngine } from '../../src/engine/select.js';
import '../../src/ops/index.js';
import * as optim from '../../src/optim/index.js';
import { ones, tensor } from '../../src/tensor/creation.js';
import { Parameter } from '../../src/tensor/parameter.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { assertClose } from '../nn/close.js';
import { counterValues } from '../nn/counter-values.js';
import { readGolden } from '../nn/golden.js';

type History = readonly (readonly [readonly number[], readonly number[]])[];
const goldens = readGolden<{
  changes: Record<string, History>;
  transfers: Record<string, History>;
}>('optim.json');

const { SGD, Adam, AdamW, RMSprop } = optim;
type Pair = [Tensor, Tensor];
type Make = (params: Pair) => optim.Optimizer;
type Changes = Readonly<Record<number, object>>;

const changes: Readonly<Record<string, [Make, Changes]>> = {
  'sgd momentum on, off, on': [
    (p) => new SGD(p, { lr: 0.1, dampening: 0.25 }),
    { 1: { momentum: 0.9 }, 5: { momentum: 0 }, 9: { momentum: 0.7 } },
  ],
  'sgd the rest': [
    (p) => new SGD(p, { lr: 0.1, momentum: 0.9 }),
    {
      2: { weightDecay: 0.2 },
      4: { nesterov: true },
      6: { dampening: 0.5 },
      8: { nesterov: false },
    },
  ],
  adam: [
    (p) => new Adam(p, { lr: 0.02 }),
    { 2: { weightDecay: 0.2 }, 4: { betas: [0.7, 0.95] }, 6: { eps: 0.01 } },
  ],
  'adamw amsgrad off, on': [
    (p) => new AdamW(p, { lr: 0.02, amsgrad: true, betas: [0.9, 0.6] }),
    { 3: { amsgrad: false }, 6: { amsgrad: true }, 9: { weightDecay: 0.3 } },
  ],
  rmsprop: [
    (p) => new RMSprop(p, { lr: 0.02, momentum: 0.9, centered: true }),
    {
      2: { alpha: 0.9 },
      4: { momentum: 0 },
      6: { centered: false },
      8: { momentum: 0.5, centered: true, eps: 0.1 },
    },
  ],
};

const transfers: Readonly<Record<string, [first: Make | null, second: Make]>> = {
  'sgd with momentum into plain': [
    (p) => new SGD(p, { lr: 0.1, momentum: 0.9 }),
    (p) => new SGD(p, { lr: 0.3 }),
  ],
  'plain sgd into momentum': [
    (p) => new SGD(p, { lr: 0.1 }),
    (p) => new SGD(p, { lr: 0.3, momentum: 0.9, weightDecay: 0.1 }),
  ],
  'amsgrad into adam': [
    (p) => new Adam(p, { lr: 0.02, amsgrad: true, betas: [0.9, 0.6] }),
    (p) => new Adam(p, { lr: 0.5 }),
  ],
  'adam into amsgrad': [
    (p) => new Adam(p, { lr: 0.02, betas: [0.9, 0.6] }),
    (p) => new Adam(p, { lr: 0.5, amsgrad: true }),
  ],
  'adamw into adam': [(p) => new AdamW(p, { lr: 0.02 }), (p) => new Adam(p, { lr: 0.5 })],
  'rmsprop with all into plain': [
    (p) => new RMSprop(p, { lr: 0.02, momentum: 0.9, centered: true }),
    (p) => new RMSprop(p),
  ],
  'plain rmsprop into all': [
    (p) => new RMSprop(p, { lr: 0.02 }),
    (p) => new RMSprop(p, { momentum: 0.9, centered: true }),
  ],
  'groups into others': [
    ([a, b]) =>
      new SGD(
        [
          { params: [a], momentum: 0.9 },
          { params: [b], lr: 0.02 },
        ],
        { lr: 0.1 },
      ),
    ([a, b]) =>
      new SGD(
        [
          { params: [a], lr: 9 },
          { params: [b], momentum: 0.5 },
        ],
        { lr: 0.1 },
      ),
  ],
  'fresh into trained': [null, (p) => new SGD(p, { lr: 0.1, momentum: 0.9 })],
};

before(() => useEngine('reference'));

const startParams = (): Pair => [
  new Parameter(counterValues([3, 4], 1)),
  new Parameter(counterValues([5], 2)),
];

/** How one step is made: given gradients, or by a recorded step whose loss has them. */
type Step = (optimizer: optim.Optimizer, params: Pair) => (gradients: Pair) => void;

const eager: Step = (optimizer, params) => (gradients) => {
  params.forEach((param, k) => {
    param.grad = gradients[k] ?? null;
  });
  optimizer.step();
};

const compiled: Step = (optimizer, [a, b]) => {
  const step = compile((ga: Tensor, gb: Tensor) => {
    optimizer.zeroGrad();
    a.mul(ga).sum().add(b.mul(gb).sum()).backward();
    optimizer.step();
    return undefined;
  });
  return ([ga, gb]) => {
    step(ga, gb);
  };
};

const gradientsAt = (step: number): Pair => [
  counterValues([3, 4], 100 + 2 * step),
  counterValues([5], 101 + 2 * step),
];

const valuesOf = (params: Pair): [number[], number[]] => [[...params[0].data], [...params[1].data]];

function assertHistory(found: History, wanted: History | undefined): void {
  assert.equal(found.length, wanted?.length);
  wanted?.forEach((both, step) => {
    both.forEach((values, k) => {
      assertClose(found[step]?.[k] ?? [], values, 1e-6, `parameter ${k} after step ${step}`);
    });
  });
}

test('every change and transfer of the goldens is tested', () => {
  assert.deepEqual(Object.keys(changes), Object.keys(goldens.changes));
  assert.deepEqual(Object.keys(transfers), Object.keys(goldens.transfers));
});

for (const [way, makeStep] of Object.entries({ eager, compiled })) {
  for (const [name, [make, schedule]] of Object.entries(changes))
    test(`${name}: options set on the groups act as PyTorch's, ${way}`, () => {
      const params = startParams();
      const optimizer = make(params);
      const step = makeStep(optimizer, params);
      const history = Array.from({ length: 12 }, (_, t) => {
        for (const group of optimizer.paramGroups) Object.assign(group, schedule[t]);
        step(gradientsAt(t));
        return valuesOf(params);
      });
      assertHistory(history, goldens.changes[name]);
    });

  for (const [name, [first, second]] of Object.entries(transfers))
    test(`${name}: a loaded state dict brings its options and its state, ${way}`, () => {
      const params = startParams();
      const source = (first ?? second)(params);
      const fresh = copyOf(source.stateDict());
      const target = first === null ? source : second(params);
      const steps = [makeStep(source, params), makeStep(target, params)];
      const history = Array.from({ length: 12 }, (_, t) => {
        if (t === 5) target.loadStateDict(first === null ? fresh : source.stateDict());
        steps[t < 5 ? 0 : 1]?.(gradientsAt(t));
        return valuesOf(params);
      });
      assertHistory(history, goldens.transfers[name]);
    });
}

function copyOf({ state, paramGroups }: optim.OptimizerState): optim.OptimizerState {
  const copied = Object.entries(state).map(([number, own]) => [
    number,
    Object.fromEntries(Object.entries(own).map(([name, t]) => [name, t.detach().clone()])),
  ]);
  return { state: Object.fromEntries(copied), paramGroups: structuredClone(paramGroups) };
}

test('a loaded state is a copy: the optimizer that gave it goes on alone', () => {
  const params = startParams();
  const first = new SGD(params, { lr: 0.1, momentum: 0.9 });
  const second = new SGD(params, { lr: 0.1, momentum: 0.9 });
  eager(first, params)(gradientsAt(0));
  second.loadStateDict(first.stateDict());
  const kept = second.stateDict().state[0]?.momentumBuffer?.toArray();
  eager(first, params)(gradientsAt(1));
  assert.deepEqual(second.stateDict().state[0]?.momentumBuffer?.toArray(), kept);
});

function oneGroup(options: optim.SGDOptions = {}) {
  const param = new Parameter(ones([1]));
  const optimizer = new SGD([param], { lr: 1, ...options });
  const [group] = optimizer.paramGroups;
  assert.ok(group);
  return { param, optimizer, group };
}

test('the options of a group are properties, which count from the next step on', () => {
  const { param, optimizer, group } = oneGroup();
  assert.deepEqual(
    [group.lr, group.momentum, group.dampening, group.weightDecay, group.nesterov],
    [1, 0, 0, 0, false],
  );
  const step = () => {
    param.grad = tensor([1]);
    optimizer.step();
    return param.item();
  };
  group.momentum = 0.9;
  assert.deepEqual([step(), step()].map(Math.fround), [0, -1.9].map(Math.fround));
  group.options.momentum = 0; // the same group
  group.lr = 0.5;
  assert.equal(Math.fround(step()), Math.fround(-2.4));
  assert.equal(optimizer.stateDict().paramGroups[0]?.momentum, 0);
});

test('a step recorded once sees numbers that change: no schedule records it again', () => {
  const { param, optimizer, group } = oneGroup({ momentum: 0.5 });
  const step = compile((x: Tensor) => {
    optimizer.zeroGrad();
    param.mul(x).sum().backward();
    optimizer.step();
    return undefined;
  });
  for (let i = 1; i <= 5; i++) {
    group.momentum = i / 10;
    group.weightDecay = i / 100;
    group.lr = 1 / i;
    step(ones([1]));
  }
  assert.equal(step.programs, 1);
  group.momentum = 0;
  step(ones([1]));
  assert.equal(step.programs, 2); // without momentum it is another update
});

test('groups refuse names that are no options, and values out of range', () => {
  const { group, optimizer } = oneGroup();
  const loose = group as unknown as Record<string, unknown>;
  const refused: [() => unknown, string][] = [
    [
      () => (loose.weight_decay = 0.1),
      "SGD: option 'weight_decay' is unknown; did you mean weightDecay?",
    ],
    [() => (loose.momentun = 0.1), "SGD: option 'momentun' is unknown; did you mean momentum?"],
    [() => (loose.learningRate = 0.1), "SGD: option 'learningRate' is unknown; did you mean lr?"],
    [
      () => (loose.betas = [0.9, 0.99]),
      "SGD: option 'betas' is unknown; known are lr, momentum, dampening, weightDecay, nesterov",
    ],
    [() => (group.momentum = -1), 'SGD: momentum=-1 must be ≥ 0'],
    [() => (loose.momentum = '0.9'), 'SGD: momentum=0.9 must be ≥ 0'],
    [() => (loose.lr = '0.1'), 'lr: lr=0.1 must be ≥ 0'],
    [() => (group.dampening = Number.NaN), 'SGD: dampening=NaN must be a number'],
  ];
  for (const [set, message] of refused) assert.throws(set, { name: 'ValueError', message });
  assert.deepEqual([group.momentum, group.lr], [0, 1]);
  const step = compile((x: Tensor) => {
    optimizer.lr = 0.5;
    return x;
  });
  assert.throws(() => step(ones([1])), { name: 'CaptureError' });
  const setting = compile((x: Tensor) => {
    group.momentum = 0.5;
    return x;
  });
  assert.throws(() => setting(ones([1])), {
    name: 'CaptureError',
    message:
      'SGD: the step is being captured, which runs its JavaScript only once; set momentum outside',
  });
});

test('a group that joins later is trained by a recorded step too', () => {
  const { param, optimizer } = oneGroup();
  const late = new Parameter(ones([1]));
  const step = compile((x: Tensor) => {
    optimizer.zeroGrad();
    param.mul(x).add(late.mul(x)).sum().backward();
    optimizer.step();
    return undefined;
  });
  step(ones([1]));
  optimizer.addParamGroup({ params: late, lr: 0.25 });
  step(ones([1]));
  assert.deepEqual([param.item(), late.item()], [-1, 0.75]);
});

test('what is no state dict is refused before anything is taken over', () => {
  const { optimizer } = oneGroup();
  const before = optimizer.paramGroups[0]?.lr;
  for (const wrong of [null, {}, { state: {} }, { state: {}, paramGroups: [null] }, 'x'])
    assert.throws(() => optimizer.loadStateDict(wrong as never), {
      name: 'CheckpointError',
      message: /is not the state dict of an optimizer, \{ state, paramGroups \} is required$/,
    });
  assert.equal(optimizer.paramGroups[0]?.lr, before);
});
