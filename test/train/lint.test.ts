/** Each lint fires on a mistake of the tutorials that people learn from, and is silent where it is not made. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compile,
  data,
  nn,
  optim,
  rand,
  type Tensor,
  tensor,
  train,
  vision,
} from '../../src/index.js';
import { recipes } from '../../src/recipes/index.js';
import { makeOptimizer } from '../../src/recipes/settings/optimizers.js';
import { resolveSettings } from '../../src/recipes/settings/resolve.js';
import { trainedParameters } from '../../src/runs/fine-tune.js';
import { createModel } from '../../src/vision/models/registry.js';
import { inChinese } from '../report/in-chinese.js';
import { smallTraining } from './small-training.js';

const { transforms } = vision;
const x = rand([4, 3]);
const y = tensor([0, 1, 0, 1], { dtype: 'int32' });

function network() {
  return new nn.Sequential(
    new nn.Linear(3, 4),
    new nn.BatchNorm1d(4),
    new nn.ReLU(),
    new nn.Linear(4, 2),
  );
}

/** What is told of a training. */
function looked(model: nn.Module, optimizer: optim.Optimizer, options: train.LintOptions = {}) {
  const told: string[] = [];
  const onWarning = ({ rule, text }: train.LintWarning) => {
    assert.ok(text.endsWith(`(lint '${rule}': { off } or --no-lints silences it)`), text);
    inChinese(text);
    told.push(rule);
  };
  return { told, handle: train.lint(model, optimizer, { onWarning, ...options }) };
}

function stepOf(model: nn.Module, optimizer: optim.Optimizer) {
  return (images: Tensor, labels: Tensor) => {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model(images), labels);
    loss.backward();
    optimizer.step();
    return loss;
  };
}

for (const compiled of [false, true])
  test(`stepping on in evaluation mode from the second epoch on, ${compiled ? 'compiled' : 'eager'}`, () => {
    const model = network();
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
    const { told, handle } = looked(model, optimizer);
    const step = compiled ? compile(stepOf(model, optimizer)) : stepOf(model, optimizer);
    model.train(); // once, before all epochs
    for (let epoch = 0; epoch < 3; epoch++) {
      step(x, y);
      assert.deepEqual(told, epoch === 0 ? [] : ['eval-mode']);
      model.eval();
    }
    handle.stop();
    assert.equal(Object.hasOwn(optimizer, 'step') && handle.warnings.length, 1);
  });

test('a network without dropout and statistics may step in either mode', () => {
  const model = new nn.Linear(3, 2);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
  const { told } = looked(model, optimizer);
  model.eval();
  stepOf(model, optimizer)(x, y);
  assert.deepEqual(told, []);
});

test('frozen layers whose statistics move; nn.freeze keeps them', () => {
  const run = (freeze: (model: nn.Module) => unknown) => {
    const model = network();
    freeze(model);
    const head = new nn.Linear(4, 2);
    model.set(3, head);
    const optimizer = new optim.Adam(head.parameters(), { lr: 0.001 });
    const { told } = looked(model, optimizer);
    model.train();
    stepOf(model, optimizer)(x, y);
    return told;
  };
  assert.deepEqual(
    run((model) => model.requiresGrad_(false)),
    ['frozen-statistics'],
  );
  assert.deepEqual(
    run((model) => nn.freeze(model)),
    [],
  );
});

test('a learning rate far from what the optimizer is given elsewhere', () => {
  const { told } = looked(network(), new optim.Adam(network().parameters(), { lr: 0.1 }));
  assert.deepEqual(told, ['learning-rate']);
  const off = looked(network(), new optim.Adam(network().parameters(), { lr: 0.1 }), {
    off: ['learning-rate'],
  });
  assert.deepEqual(off.told, []);
  const rates = (...lrs: number[]) =>
    new optim.AdamW(lrs.map((lr) => ({ params: network().parameters(), lr })));
  assert.deepEqual(looked(network(), rates(3e-5, 7e-7)).told, [], 'early layers move less');
  assert.deepEqual(looked(network(), rates(3e-7, 7e-7)).told, ['learning-rate']);
  for (const { name, defaults } of recipes) {
    const made = makeOptimizer(resolveSettings(defaults).optimizer, network().parameters());
    assert.deepEqual(looked(network(), made).told, [], name);
  }
});

for (const compiled of [false, true])
  test(`a head that was put in after the optimizer was made, ${compiled ? 'compiled' : 'eager'}`, () => {
    const model = network();
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
    model.set(3, new nn.Linear(4, 2));
    const texts: string[] = [];
    const onWarning = ({ text }: train.LintWarning) => void texts.push(text);
    const { warnings } = train.lint(model, optimizer, { onWarning });
    const step = compiled ? compile(stepOf(model, optimizer)) : stepOf(model, optimizer);
    step(x, y);
    step(x, y);
    assert.deepEqual(
      warnings.map(({ rule }) => rule),
      ['no-group'],
    );
    assert.match(
      texts[0] ?? '',
      /^2 parameters of the network \(3\.weight, 3\.bias\) are not the optimizer's and will not learn: /,
    );
    inChinese(texts[0] ?? '');
  });

test('a head that is put in between two steps; one that a group has, or that is frozen', () => {
  const model = network();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
  const { told } = looked(model, optimizer);
  const step = stepOf(model, optimizer);
  step(x, y);
  model.set(3, nn.freeze(new nn.Linear(4, 2)));
  step(x, y);
  const head = new nn.Linear(4, 2, { bias: false });
  optimizer.addParamGroup({ params: head.parameters() });
  model.set(3, head);
  step(x, y);
  assert.deepEqual(told, []);
  model.set(3, new nn.Linear(4, 2, { bias: false }));
  step(x, y);
  assert.deepEqual(told, ['no-group']);
});

test('the optimizer of each recipe has all that learns, with smaller rates below, too', () => {
  for (const { name, defaults, model: network, numClasses, inputShape } of recipes) {
    const [inChannels, imageSize] = inputShape;
    const options = { numClasses, inChannels, imageSize };
    const model = createModel({ name: network, options });
    for (const layer of [{}, { model: { fineTune: true } }]) {
      const settings = resolveSettings(defaults, layer);
      const optimizer = makeOptimizer(settings.optimizer, trainedParameters(model, settings));
      const { told } = looked(model, optimizer);
      optimizer.step();
      assert.deepEqual(told, [], name);
    }
  }
});

test('the training transform on what is measured; data class after class, unshuffled', async () => {
  const random = new transforms.Compose([
    new transforms.RandomHorizontalFlip(),
    new transforms.ToTensor(),
  ]);
  const open = (transform: vision.transforms.Compose | vision.transforms.ToTensor) =>
    vision.datasets.Digits.open({ split: 'test', transform });
  const loaded = async (transform: Parameters<typeof open>[0], shuffle: boolean) =>
    new data.DataLoader(new data.Subset(await open(transform), [0, 1, 500, 501]), { shuffle });
  const rulesFor = (options: train.LintOptions) =>
    looked(network(), new optim.SGD(network().parameters(), { lr: 0.1 }), options).told;
  const plain = await loaded(new transforms.ToTensor(), false);
  assert.deepEqual(rulesFor({ heldOutLoaders: [await loaded(random, false)] }), [
    'random-evaluation',
  ]);
  assert.deepEqual(
    rulesFor({ heldOutLoaders: [plain], trainLoader: await loaded(random, true) }),
    [],
  );
  const inOrder = new data.DataLoader(await open(random), { batchSize: 4 });
  const sorted = Int32Array.from(inOrder.dataset.targets ?? []).sort();
  Object.defineProperty(inOrder.dataset, 'targets', { value: sorted });
  assert.deepEqual(rulesFor({ trainLoader: inOrder }), ['unshuffled']);
});

test('a misspelt rule is refused; a Trainer notes what is found, and a schedule that does nothing', async () => {
  assert.throws(
    () =>
      looked(network(), new optim.SGD(network().parameters(), { lr: 0.1 }), {
        off: ['evalmode' as 'eval-mode'],
      }),
    { name: 'ValueError', message: /evalmode/ },
  );
  const notes: string[] = [];
  const run = async (lr: number, off: readonly train.LintRule[] = []) => {
    notes.length = 0;
    const { trainer, optimizer } = smallTraining({
      scheduler: { step() {}, stateDict: () => ({}), loadStateDict() {} },
      callbacks: [
        new train.Lints({ scheduled: true, off }),
        { onNote: (text) => void notes.push(text) },
      ],
    });
    optimizer.lr = lr;
    await trainer.fit();
  };
  await run(0.01);
  assert.equal(notes.length, 1);
  inChinese(notes[0] ?? '');
  assert.match(notes[0] ?? '', /^the schedule has not changed the learning rate in 3 epochs: /);
  await run(0.01, ['constant-schedule']);
  assert.deepEqual(notes, []);
});
