/** What of a model is frozen and what follows it: the tail on the features computes what the model does on the pictures. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as nn from '../../src/nn/index.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { noGrad } from '../../src/tensor/grad-mode.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { frozenPartOf } from '../../src/train/frozen-part.js';
import { cifar_resnet20 } from '../../src/vision/models/cifar-resnet.js';
import { createModel } from '../../src/vision/models/registry.js';
import { replaceHead } from '../../src/vision/models/replace-head.js';
import { assertClose } from '../nn/close.js';
import { counterValues } from '../nn/counter-values.js';

const images = counterValues([2, 3, 32, 32], 3, -1, 1);

async function assertDivides(
  model: nn.Module,
  featureShape: readonly number[],
): Promise<nn.Module> {
  const part = frozenPartOf(model, [3, 32, 32]);
  assert.ok(part !== null);
  assert.deepEqual(part.featureShape, featureShape);
  const features = await part.withFeatures(async (compute) => compute(images));
  model.eval();
  const y = noGrad(() => model(images));
  assert.deepEqual(noGrad(() => part.tail(features)).shape, y.shape);
  assertClose(
    noGrad(() => part.tail(features)),
    Array.from(y.data),
    1e-6,
    'logits',
  );
  assert.deepEqual(
    part.tail.parameters().filter((p) => p.requiresGrad),
    model.parameters().filter((p) => p.requiresGrad),
  );
  return part.tail;
}

/** Features of a network with a new head, everything else being frozen. */
const features: Readonly<Record<string, readonly number[]>> = {
  resnet18: [512],
  cifar_resnet20: [64],
  shufflenet_v2_x0_5: [1024],
  mobilenet_v3_small: [1024],
  squeezenet1_1: [512, 1, 1], // its head is a convolution, before the mean
  cifarCnn: [512],
};

for (const [name, shape] of Object.entries(features))
  test(`${name} with a new head: its features are what reaches that`, async () => {
    manualSeed(5);
    const model = nn.freeze(createModel({ name, options: {} }));
    replaceHead(model, 4);
    await assertDivides(model, shape);
  });

test('a block in the middle is unfrozen: the tail begins there', async () => {
  const model = nn.freeze(cifar_resnet20(), 'layer2');
  // The mean before the head is an op of the model, not of a layer: nothing can be cut there.
  assert.equal(frozenPartOf(model, [3, 32, 32]), null);
  const { resnet18 } = await import('../../src/vision/models/resnet.js');
  const tail = await assertDivides(nn.freeze(resnet18({ numClasses: 3 }), 'layer4.0'), [512, 1, 1]);
  assert.match(String(tail), /BasicBlock.*AdaptiveAvgPool2d.*Linear/s);
});

test('dropout before the head belongs to the tail, where it is not frozen', async () => {
  const body = nn.freeze(
    new nn.Sequential(new nn.Conv2d(3, 4, 3), new nn.BatchNorm2d(4), new nn.Flatten()),
  );
  const model = new nn.Sequential(body, new nn.Dropout(0.5), new nn.ReLU(), new nn.Linear(3600, 2));
  const tail = await assertDivides(model, [3600]);
  assert.match(String(tail), /Dropout.*ReLU.*Linear/s);
});

class Around extends nn.Module {
  readonly body = nn.freeze(new nn.Conv2d(3, 3, 1));
  readonly head = new nn.Conv2d(3, 3, 1);
  override forward(x: Tensor): Tensor {
    return this.head(this.body(x)).add(x);
  }
}

class Shared extends nn.Module {
  readonly body = nn.freeze(new nn.Conv2d(3, 3, 1));
  readonly noise = new nn.Dropout(0.5);
  override forward(x: Tensor): Tensor {
    return this.noise(this.noise(this.body(x)));
  }
}

class Reads extends nn.Module {
  readonly body = nn.freeze(new nn.Conv2d(3, 3, 1));
  readonly head = new nn.Conv2d(3, 3, 1);
  override forward(x: Tensor): Tensor {
    return this.head(this.body(x).mul(x.sum().item()));
  }
}

test('a model that cannot be divided is left alone', () => {
  const whole = cifar_resnet20();
  const asInPyTorch = nn.freeze(cifar_resnet20(), null, { keepStatistics: false });
  replaceHead(asInPyTorch, 3); // its batch norms follow the batches
  for (const model of [whole, asInPyTorch, new Around(), new Shared(), new Reads()]) {
    const state = [...model.stateDict()].map(([key, t]) => [key, ...t.data]);
    assert.equal(frozenPartOf(model, [3, 32, 32]), null, model.constructor.name);
    assert.deepEqual(
      [...model.stateDict()].map(([key, t]) => [key, ...t.data]),
      state,
    );
    assert.ok(model.training);
  }
});
