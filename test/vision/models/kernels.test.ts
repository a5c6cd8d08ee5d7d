/** Which ops of the networks' training steps have no kernel on the fast engines: `npm run verify:zoo` says what share of the time they take. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openWasmEngine } from '../../../src/engine/wasm/wasm.js';
import { nn, optim, type Tensor, tensor, zeros } from '../../../src/index.js';
import { skipInit } from '../../../src/nn/init.js';
import { recordStep } from '../../../src/record/record-step.js';
import { createModel } from '../../../src/vision/models/registry.js';

const engine = openWasmEngine({ threads: 1 });
after(() => engine.stop());

/** Ops that a step runs by their reference kernels. */
function withoutKernel(name: string, imageSize?: number): string[] {
  const options = { numClasses: 10, ...(imageSize !== undefined && { imageSize }) };
  const model = skipInit(() => createModel({ name, options }));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  const step = (x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
  const { graph, undo } = recordStep(step, [zeros(2, 3, 64, 64), tensor(Int32Array.of(0, 1))]);
  undo();
  const plan = engine.prepare(graph);
  const found = [...plan.program.matchAll(/^host .* reference .* = (\w+)\(/gm)].map(
    ([, op = '']) => op,
  );
  plan.dispose();
  return [...new Set(found)].sort();
}

for (const name of [
  ...['cifar_resnet20', 'mobilenet_v2', 'mobilenet_v3_small', 'efficientnet_b0', 'regnet_y_400mf'],
  ...['shufflenet_v2_x0_5', 'squeezenet1_1', 'densenet121', 'convnext_tiny', 'resnext50_32x4d'],
])
  test(`${name}: every op of a step has a kernel`, () => {
    assert.deepEqual(withoutKernel(name), []);
  });

test('vit_b_16: every op of a step has a kernel', () => {
  assert.deepEqual(withoutKernel('vit_b_16', 64), []);
});

test('swin_t: all but the rows of its small table of positions', () => {
  assert.deepEqual(withoutKernel('swin_t'), ['indexAdd', 'indexSelect']);
});
