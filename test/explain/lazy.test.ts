/** What is said of pictures stays in tensors until it is read: a step that explains can be recorded, which reads nothing. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { compile } from '../../src/compile/compile.js';
import { CaptureError } from '../../src/core/errors.js';
import { currentEngine, useEngine } from '../../src/engine/select.js';
import * as explain from '../../src/explain/index.js';
import { manualSeed } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { filledNet, pictures } from './net.js';

const before = currentEngine();
useEngine('reference'); // a replay is eager to the bit there
after(() => useEngine(before));

const net = filledNet();
net.eval();

/** All that a method says of pictures. */
function all(method: explain.AttributionMethod, options: explain.AttributeOptions) {
  return (x: Tensor): Tensor[] => {
    const { heatmap, values, targets, completeness } = method.attribute(x, options);
    const { difference, delta } = completeness ?? {};
    const more = difference === undefined || delta === undefined ? [] : [difference, delta];
    return [heatmap, values, targets, explain.normalize(heatmap), ...more];
  };
}

const lazy = explain.methodNames.filter((one) => one !== 'eigencam');
for (const [name, augSmooth] of [
  ...lazy.map((one) => [one, false] as const),
  ['gradcam', true] as const,
])
  test(`${name}${augSmooth ? ' of six views' : ''} reads no element`, () => {
    const run = all(explain.createMethod(name, net), { augSmooth });
    manualSeed(2);
    const expected = run(pictures);
    const step = compile(run);
    manualSeed(2);
    const found = step(pictures);
    assert.equal(found.length, name === 'integratedgradients' ? 6 : 4);
    const told = (tensors: readonly Tensor[]) => tensors.map((x) => [x.dtype, x.toArray()]);
    assert.deepEqual(told(found), told(expected));
  });

test('EigenCAM, which computes in doubles on the CPU, says that it reads', () => {
  const step = compile(all(new explain.EigenCAM(net), {}));
  assert.throws(() => step(pictures), CaptureError);
});

test('attributeAsync and sanityCheckAsync say what attribute and sanityCheck do', async () => {
  for (const name of ['eigencam', 'gradcam'])
    for (const options of [{}, { target: 2, augSmooth: true }]) {
      const method = explain.createMethod(name, net);
      const found = await method.attributeAsync(pictures, options);
      const { heatmap, values, targets } = method.attribute(pictures, options);
      assert.deepEqual(found.heatmap.toArray(), heatmap.toArray());
      assert.deepEqual(found.values.toArray(), values.toArray());
      assert.deepEqual(found.targets.toArray(), targets.toArray());
    }
  const state = () => [...net.stateDict().values()].map((tensor) => tensor.toArray());
  const trained = state();
  const method = new explain.EigenCAM(net);
  manualSeed(5);
  const expected = explain.sanityCheck(method, pictures, { numStages: 2 });
  manualSeed(5);
  const found = await explain.sanityCheckAsync(method, pictures, { numStages: 2 });
  assert.deepEqual(found, expected);
  assert.deepEqual(state(), trained);
  const two = pictures.narrow(0, 0, 2);
  const failing = explain.sanityCheckAsync(method, two, { target: [0] });
  await assert.rejects(failing, /names 1 classes/);
  await assert.rejects(explain.sanityCheckAsync(method, two, { numStages: 0 }), {
    message: /^sanityCheckAsync: numStages=0/,
  });
  assert.deepEqual(state(), trained);
});

test('classes that are a tensor are those of numbers', () => {
  const method = new explain.Saliency(net);
  const target = method.attribute(pictures).targets;
  assert.deepEqual(target.dtype, 'int32');
  const { heatmap, targets } = method.attribute(pictures, { target });
  assert.deepEqual(heatmap.toArray(), method.attribute(pictures).heatmap.toArray());
  assert.deepEqual(targets.toArray(), target.toArray());
  const cases: readonly (readonly [Tensor, RegExp])[] = [
    [target.float(), /^Saliency: target is float32, int32 is required/],
    [target.narrow(0, 0, 2), /^Saliency: target \[2\] must be \[3\], a class for each picture$/],
    [target.add(4), /^gather: index 6 at position 0 is out of range/],
  ];
  for (const [wrong, message] of cases)
    assert.throws(() => method.attribute(pictures, { target: wrong }), { message });
});
