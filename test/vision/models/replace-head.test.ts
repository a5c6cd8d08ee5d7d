/** The head of every network, and what stands in its place. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as nn from '../../../src/nn/index.js';
import { skipInit } from '../../../src/nn/init.js';
import { zeros } from '../../../src/tensor/creation.js';
import { noGrad } from '../../../src/tensor/grad-mode.js';
import { createModel, modelNames } from '../../../src/vision/models/registry.js';
import { headOf, replaceHead } from '../../../src/vision/models/replace-head.js';

/** The layer whose outputs torchvision's builders (and this project's) give as many as there are classes. */
const heads: readonly (readonly [RegExp, string])[] = [
  [/^(alexnet|vgg\w+)$/, 'classifier.6'],
  [/^(resnet|resnext|wide_resnet|regnet|shufflenet)\w*$/, 'fc'],
  [/^(squeezenet|mobilenet_v2|efficientnet)\w*$/, 'classifier.1'],
  [/^densenet121$/, 'classifier'],
  [/^mobilenet_v3_\w+$/, 'classifier.3'],
  [/^convnext_tiny$/, 'classifier.2'],
  [/^vit_b_16$/, 'heads.head'],
  [/^swin_t$/, 'head'],
  [/^cifar_resnet\d+$/, 'linear'],
  [/^lenet$/, 'fc3'],
  [/^(mnistCnn|cifarCnn)$/, 'fc2'],
  [/^sneakerCnn$/, 'fc.0'],
  [/^(cifarFast|ferCnn|blockCnn\d)$/, 'fc'],
];

for (const name of modelNames)
  test(`the head of ${name} is found and replaced`, () => {
    const model = skipInit(() => createModel({ name, options: {} }));
    const wanted = heads.find(([pattern]) => pattern.test(name))?.[1];
    assert.equal(headOf(model).path, wanted);
    const keys = [...model.stateDict().keys()];
    model.requiresGrad_(false);
    const head = replaceHead(model, 7);
    assert.equal(model.getSubmodule(wanted ?? ''), head);
    assert.equal(head.weight.shape[0], 7);
    assert.deepEqual([...model.stateDict().keys()], keys);
    assert.deepEqual(
      model.parameters().filter((p) => p.requiresGrad),
      head.parameters(),
    );
  });

test('a network with a new head gives so many logits, and its state is kept elsewhere', () => {
  const model = createModel({ name: 'squeezenet1_1', options: {} }).eval();
  replaceHead(model, 3);
  assert.deepEqual(noGrad(() => model(zeros([1, 3, 64, 64]))).shape, [1, 3]);
  const evaluated = model.modules().every((module) => !module.training);
  assert.ok(evaluated, 'the new head is in the mode of the rest');
});

test('a head may be assigned, to a field or in a Sequential', () => {
  const resnet = skipInit(() => createModel({ name: 'resnet18', options: {} }));
  Object.assign(resnet, { fc: new nn.Linear(512, 20) });
  assert.deepEqual(headOf(resnet).module.weight.shape, [20, 512]);
  const { classifier } = skipInit(() =>
    createModel({ name: 'alexnet', options: {} }),
  ) as object as {
    classifier: nn.Sequential;
  };
  classifier.set(6, new nn.Linear(4096, 5)).set(-2, new nn.Identity());
  assert.deepEqual(
    classifier.namedChildren().map(([key]) => key),
    ['0', '1', '2', '3', '4', '5', '6'],
  );
  assert.equal(String(classifier.at(5)), 'Identity()');
  assert.throws(
    () => classifier.set(7, new nn.Identity()),
    /index 7 is out of range for 7 modules/,
  );
  assert.throws(
    () => classifier.set(6, 5 as unknown as nn.Module),
    /item '6' is number, a module is required/,
  );
});

test('setSubmodule reaches fields, lists and dicts, and names what is not there', () => {
  class Net extends nn.Module {
    readonly blockOne = new nn.Sequential(new nn.ReLU());
    readonly byName = new nn.ModuleDict({ a: new nn.ReLU() });
  }
  const net = new Net();
  for (const path of ['block_one.0', 'by_name.a', 'block_one']) {
    const layer = new nn.Identity();
    net.setSubmodule(path, layer);
    assert.equal(net.getSubmodule(path), layer);
  }
  assert.throws(
    () => net.setSubmodule('nowhere', new nn.ReLU()),
    /Net has no 'nowhere'; it has block_one, by_name/,
  );
  assert.throws(() => net.setSubmodule('', new nn.ReLU()), /'' is the model itself/);
  assert.throws(() => replaceHead(net, 2), /Net has neither a Linear layer nor a Conv2d/);
});
