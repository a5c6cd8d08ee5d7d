import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nn, type Tensor, tensor, vision } from '../../src/index.js';
import { formatSummary } from '../../src/report/format-summary.js';
import { summarize } from '../../src/report/model-summary.js';

test('a network of two layers, as a table', () => {
  const model = new nn.Sequential(
    new nn.Conv2d(1, 2, 3, { bias: false }),
    new nn.Flatten(),
    new nn.Linear(8, 3),
  );
  model.requiresGrad_(false);
  model.getSubmodule('2').requiresGrad_(true);
  const table = formatSummary(summarize(model, [5, 1, 4, 4])).split('\n');
  assert.deepEqual(table.slice(1, 8), [
    'Layer (type:depth-idx)  Input      Output     Param #  Mult-Adds',
    '='.repeat(64),
    'Sequential              [5,1,4,4]  [5,3]           --         --',
    '├─Conv2d: 1-1           [5,1,4,4]  [5,2,2,2]     (18)        360',
    '├─Flatten: 1-2          [5,2,2,2]  [5,8]           --         --',
    '├─Linear: 1-3           [5,8]      [5,3]           27        135',
    '='.repeat(64),
  ]);
  assert.ok(table.includes('Trainable params: 27') && table.includes('Non-trainable params: 18'));
  const { layers, totalMultiplyAdds, trainableParameters } = summarize(model, [5, 1, 4, 4]);
  assert.deepEqual(
    layers.map((l) => [l.name, l.type, l.depth, l.parameters, l.multiplyAdds]),
    [
      ['', 'Sequential', 0, 0, 0],
      ['0', 'Conv2d', 1, 18, 5 * 2 * 2 * 2 * 9],
      ['1', 'Flatten', 1, 0, 0],
      ['2', 'Linear', 1, 27, 5 * 3 * 9],
    ],
  );
  assert.deepEqual(
    layers.map((l) => l.outputShape),
    [
      [5, 3],
      [5, 2, 2, 2],
      [5, 8],
      [5, 3],
    ],
  );
  assert.equal(totalMultiplyAdds, 360 + 135);
  assert.equal(trainableParameters, 27);
});

test('ResNet-18 has the parameters and multiply-adds that are published', () => {
  const model = vision.models.resnet18({ numClasses: 1000 });
  const summary = summarize(model, [1, 3, 224, 224]);
  assert.equal(summary.totalParameters, 11_689_512);
  // 1.814 G, as torchinfo and torchvision's documentation (1.81 GFLOPS) count them.
  assert.ok(
    Math.abs(summary.totalMultiplyAdds / 1e9 - 1.814) < 0.002,
    `${summary.totalMultiplyAdds}`,
  );
});

test('a summary leaves the model as it was', () => {
  const model = vision.models.cifarCnn({ numClasses: 10 });
  model.train();
  const before = model.buffers().map((b) => [...b.data]);
  summarize(model, [1, 3, 32, 32]);
  assert.equal(model.training, true);
  assert.deepEqual(
    model.buffers().map((b) => [...b.data]),
    before,
  );
});

test('a forward pass may look at what is there, but not at what is yet to be computed', () => {
  class Scaled extends nn.Module {
    readonly scale = tensor([2]);
    override forward(x: Tensor): Tensor {
      return x.mul(this.scale.item());
    }
  }
  assert.deepEqual(summarize(new Scaled(), [1, 3]).layers[0]?.outputShape, [1, 3]);

  class Peeking extends nn.Module {
    override forward(x: Tensor): Tensor {
      return x.sum().item() > 0 ? x : x.neg();
    }
  }
  assert.throws(() => summarize(new Peeking(), [1, 3]), { name: 'CaptureError', message: /item/ });
});
