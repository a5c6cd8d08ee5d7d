/** Compiled steps of precision `bfloat16` on oneDNN, which emulates it where the CPU has no instructions for it. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { OneDnnEngine } from '../../../src/engine/onednn/onednn.js';
import { compile, nn, optim, randint, randn, type Tensor, useEngine } from '../../../src/index.js';
import { cifarCnn } from '../../../src/vision/models/cifar-cnn.js';
import { resnet18 } from '../../../src/vision/models/resnet.js';
import { testBfloat16 } from '../bfloat16-cases.js';
import { openMachineEngine, withoutLibrary } from './machine.js';

const precision = 'bfloat16';

describe('bfloat16', { skip: withoutLibrary }, () => {
  const engines = new Map<number, OneDnnEngine>();
  const engineOf = (threads: number) => {
    const engine = engines.get(threads) ?? openMachineEngine({ threads, emulateBfloat16: true });
    engines.set(threads, engine);
    return engine;
  };
  after(() => {
    for (const engine of engines.values()) engine.stop();
  });

  testBfloat16(engineOf);

  /** The lines of a training step's program. */
  function programOf(model: nn.Module, image: readonly number[]): string[] {
    useEngine(engineOf(2));
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
    const step = compile(
      (x: Tensor, y: Tensor) => {
        optimizer.zeroGrad();
        const loss = nn.functional.crossEntropy(model.forward(x), y);
        loss.backward();
        optimizer.step();
        return loss;
      },
      { precision },
    );
    step(randn([2, ...image]), randint(10, [2]));
    return step.program.split('\n');
  }
  const conversions = (lines: readonly string[]) =>
    lines.flatMap((line) => /^(to\w+) .* = (\w+)\(/.exec(line)?.slice(1).join(' in ') ?? []);

  test('between layers of CIFAR’s network everything is stored in bfloat16', () => {
    const lines = programOf(cifarCnn(), [3, 32, 32]);
    assert.deepEqual(conversions(lines), [
      'toBlockedNarrow in conv2d', // the picture
      'toRowMajorBf16 in reshape', // flattened before the first linear layer
      'toBfloat16 in linear', // its weights
      'toBfloat16 in linear', // those of the second
      'toBfloat16 in matmul', // the gradient of the logits
      'toBlockedBf16 in batchNormReluMaxPoolBackward', // the gradient of what was flattened
    ]);
    const stored = (op: string) =>
      lines.filter((line) => new RegExp(`bfloat16.* = ${op}\\(`).test(line)).length;
    assert.equal(stored('conv2d'), 3);
    assert.equal(stored('batchNormReluMaxPoolBackward'), 3);
    assert.equal(stored('conv2dBackwardWeight'), 0);
    assert.ok(
      !lines.some((line) => /,10\] bfloat16/.test(line)),
      'logits and their gradient are float32',
    );
  });

  test('and of ResNet-18', () => {
    assert.deepEqual(conversions(programOf(resnet18({ numClasses: 10 }), [3, 64, 64])), [
      'toBlockedNarrow in conv2d',
      'toBfloat16 in linear',
      'toBfloat16 in matmul',
    ]);
  });

  test('gradients of weights stay float32 whatever the optimizer is made of', () => {
    useEngine(engineOf(1));
    const layer = new nn.Linear(64, 32);
    const step = compile(
      (x: Tensor) => {
        layer.zeroGrad();
        layer.forward(x).relu().sum().backward();
        return layer.weight.add(layer.weight.grad ?? layer.weight);
      },
      { precision },
    );
    step(randn([16, 64]));
    assert.doesNotMatch(step.program, /\[32,64\] bfloat16/);
  });
});
