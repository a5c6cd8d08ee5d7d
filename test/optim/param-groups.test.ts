import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as nn from '../../src/nn/index.js';
import '../../src/ops/index.js';
import { AdamW, paramGroups } from '../../src/optim/index.js';
import { resnet18 } from '../../src/vision/models/resnet.js';

const model = nn.init.skipInit(() => resnet18());
const names = new Map(model.namedParameters().map(([name, parameter]) => [parameter, name]));

/** Rates and decay by name. */
function settings(options: Parameters<typeof paramGroups>[1]) {
  const found = new Map<string, readonly [lr: number, weightDecay?: number]>();
  for (const { params, lr, weightDecay } of paramGroups(model, options))
    for (const p of params) {
      const name = names.get(p) ?? '';
      assert.ok(!found.has(name), `${name} is in two groups`);
      found.set(name, weightDecay === undefined ? [lr] : [lr, weightDecay]);
    }
  return found;
}

test('rates by path, the longest first, and no decay of norms and biases', () => {
  const found = settings({
    lr: 1e-5,
    rates: { layer4: 1e-4, 'layer4.1': 2e-4, fc: 1e-3 },
    weightDecay: 0.01,
  });
  assert.equal(found.size, model.parameters().length);
  const wanted: Record<string, readonly number[]> = {
    'conv1.weight': [1e-5, 0.01],
    'bn1.weight': [1e-5, 0],
    'layer4.0.conv1.weight': [1e-4, 0.01],
    'layer4.0.bn1.bias': [1e-4, 0],
    'layer4.1.conv1.weight': [2e-4, 0.01],
    'fc.weight': [1e-3, 0.01],
    'fc.bias': [1e-3, 0],
  };
  for (const [name, values] of Object.entries(wanted))
    assert.deepEqual(found.get(name), values, name);
});

test('rates that fall with the distance from the head', () => {
  const found = settings({ lr: 0.1, layerDecay: 0.5 });
  const lrOf = (name: string) => found.get(name)?.[0];
  assert.deepEqual(
    ['fc.bias', 'layer4.0.conv1.weight', 'layer1.0.bn1.weight', 'bn1.bias', 'conv1.weight'].map(
      lrOf,
    ),
    [0.1, 0.05, 0.1 * 0.5 ** 4, 0.1 * 0.5 ** 5, 0.1 * 0.5 ** 6],
  );
  assert.deepEqual(found.get('fc.bias'), [0.1]);
});

test('frozen parameters are left out, and optimizers take the groups', () => {
  nn.freeze(model, 'layer4');
  const groups = paramGroups(model, { lr: 1e-3, weightDecay: 0.05 });
  assert.deepEqual(
    groups.map(({ params }) => params.map((p) => names.get(p))),
    [['fc.weight'], ['fc.bias']],
  );
  const optimizer = new AdamW(groups);
  assert.deepEqual(
    optimizer.paramGroups.map(({ weightDecay }) => weightDecay),
    [0.05, 0],
  );
  nn.freeze(model);
  assert.throws(() => paramGroups(model, { lr: 1e-3 }), /all parameters are frozen/);
  nn.unfreeze(model);
});

test('what does not fit is refused', () => {
  assert.throws(
    () => paramGroups(model, { lr: 1, rates: { head: 1 } }),
    /no parameters under 'head'; its parts are conv1, bn1, layer1, layer2, layer3, layer4, fc/,
  );
  assert.throws(() => paramGroups(model, { lr: -1 }), /lr=-1/);
  assert.throws(() => paramGroups(model, { lr: 1, layerDecay: 2 }), /layerDecay=2/);
});
