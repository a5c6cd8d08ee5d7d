/** Nothing that an explanation does to a model is left behind, whether it succeeds or throws. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '../../src/compile/compile.js';
import * as explain from '../../src/explain/index.js';
import { ones } from '../../src/tensor/creation.js';
import { Generator } from '../../src/tensor/generator.js';
import { isGradEnabled, noGrad } from '../../src/tensor/grad-mode.js';
import { filledNet, type Net, pictures } from './net.js';

const small = pictures.narrow(0, 0, 2);

/** A model in the middle of a training: partly frozen, with gradients, one layer in evaluation mode, a hook of its own. */
function busyNet() {
  const net = filledNet();
  net.conv1.weight.requiresGrad = false;
  net.bn1.eval();
  net.conv2.weight.grad = ones(net.conv2.weight.shape);
  let hooked = 0;
  net.relu2.registerForwardHook(() => {
    hooked++;
    return undefined;
  });
  return { net, hookRuns: () => hooked };
}

function stateOf(net: Net) {
  return {
    training: net.modules().map((module) => module.training),
    wishes: net.parameters().map((p) => p.requiresGrad),
    grads: net.parameters().map((p) => p.grad?.toArray() ?? null),
    values: [...net.stateDict()].map(([key, tensor]) => [key, tensor.toArray()]),
    keys: net.namedModules().map(([name]) => name),
    gradEnabled: isGradEnabled(),
  };
}

for (const name of explain.methodNames)
  test(`${name} leaves the model as it was`, () => {
    const { net } = busyNet();
    const before = stateOf(net);
    explain.createMethod(name, net, { generator: new Generator(1) }).attribute(small);
    assert.deepEqual(stateOf(net), before);
    assert.throws(() => explain.createMethod(name, net).attribute(small, { target: 99 }));
    assert.deepEqual(stateOf(net), before);
  });

test('hooks of an explanation are gone after it, others stay', () => {
  const { net, hookRuns } = busyNet();
  new explain.GradCAM(net, { layer: 'relu1' }).attribute(small);
  explain.featureMaps(net, small);
  const runs = hookRuns();
  net(small).sum().backward();
  assert.equal(hookRuns(), runs + 1);
  assert.ok(net.conv1.bias?.grad, 'the tape goes through the layer that was looked at again');
});

test('a compiled step of the model gives the same before and after', () => {
  const net = filledNet();
  const step = compile((x: typeof small) => noGrad(() => net(x)));
  net.eval();
  const before = step(small).toArray();
  new explain.LayerCAM(net).attribute(small);
  assert.deepEqual(step(small).toArray(), before);
});

test('pictures ask for no gradient and keep theirs', () => {
  const x = small.clone().requiresGrad_();
  const given = new explain.Saliency(filledNet()).attribute(x);
  assert.equal(x.grad, null);
  assert.equal(given.values.requiresGrad, false);
  assert.equal(given.heatmap.requiresGrad, false);
});

test('inside of noGrad and of a model without trainable parameters it works too', () => {
  const net = filledNet().requiresGrad_(false);
  const free = new explain.GradCAM(filledNet()).attribute(small);
  const frozen = noGrad(() => new explain.GradCAM(net).attribute(small));
  assert.deepEqual(frozen.heatmap.toArray(), free.heatmap.toArray());
});
