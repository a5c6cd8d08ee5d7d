import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as optim from '../../src/optim/index.js';
import '../../src/ops/index.js';
import { zeros } from '../../src/tensor/creation.js';
import { goldens, type Stepping, sgd } from './scheduler-cases.js';

const { CyclicLR, OneCycleLR } = optim.lrScheduler;

const cycles: Readonly<Record<string, (o: optim.Optimizer) => Stepping>> = {
  oneCycle: (o) => new OneCycleLR(o, 0.3, { totalSteps: 20 }),
  'oneCycle three linear': (o) =>
    new OneCycleLR(o, 0.3, {
      totalSteps: 20,
      threePhase: true,
      annealStrategy: 'linear',
      baseMomentum: 0.5,
      maxMomentum: 0.8,
    }),
  cyclic: (o) => new CyclicLR(o, 0.01, 0.1, { stepSizeUp: 4, mode: 'triangular2' }),
};

for (const [name, wanted] of Object.entries(goldens.momenta))
  test(`${name}: momentum moves against the learning rate, as in PyTorch`, () => {
    const adam = name.endsWith(' adam');
    const optimizer = adam ? new optim.Adam([zeros([1])], { lr: 0.1 }) : sgd();
    const scheduler = cycles[name.replace(/ \w+$/, '')]?.(optimizer);
    assert.ok(scheduler);
    for (const [step, [lr = 0, momentum = 0]] of wanted.entries()) {
      const [group] = optimizer.paramGroups;
      const found = group && ('betas' in group ? group.betas[0] : group.momentum);
      assert.ok(Math.abs(optimizer.lr - lr) < 1e-8, `lr at step ${step}: ${optimizer.lr}`);
      assert.ok(Math.abs((found ?? 0) - momentum) < 1e-8, `momentum at step ${step}: ${found}`);
      scheduler.step();
    }
  });

test('momentum is not cycled where there is none', () => {
  class Plain extends optim.Optimizer {
    constructor() {
      super([zeros([1])], { lr: 0.1 });
    }
    protected override check() {}
    protected override initialState() {
      return {};
    }
    protected override update() {}
  }
  assert.throws(() => new OneCycleLR(new Plain(), 0.1, { totalSteps: 9 }), {
    name: 'ValueError',
    message:
      'OneCycleLR: the optimizer has neither momentum nor betas to cycle; pass { cycleMomentum: false }',
  });
  new OneCycleLR(new Plain(), 0.1, { totalSteps: 9, cycleMomentum: false }).step();
});
