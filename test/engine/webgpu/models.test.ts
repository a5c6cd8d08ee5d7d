/** Whole networks, compiled, have PyTorch's losses and the reference's on a software adapter; all of them with WICK_ALL_CASES. */
import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { compile } from '../../../src/compile/compile.js';
import type { Engine } from '../../../src/engine/engine.js';
import { useEngine } from '../../../src/engine/select.js';
import type { WebGpuEngine } from '../../../src/engine/webgpu/webgpu.js';
import { crossEntropy } from '../../../src/nn/functional.js';
import * as nn from '../../../src/nn/index.js';
import { rand, randint } from '../../../src/ops/random.js';
import { SGD } from '../../../src/optim/sgd.js';
import { manualSeed } from '../../../src/tensor/generator.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { cifarCnn } from '../../../src/vision/models/cifar-cnn.js';
import { resnet18 } from '../../../src/vision/models/resnet.js';
import { assertLosses, lossesOf, trainings } from '../../vision/models/golden-training.js';
import { software, withoutAdapter } from './machine.js';

const all = process.env.WICK_ALL_CASES !== undefined;
const large = { skip: !all && 'only with WICK_ALL_CASES' };
const tolerance = 1e-4;

/** Each channel by itself, and then all of them at each place. */
const depthwise = () =>
  new nn.Sequential(
    new nn.Conv2d(3, 8, 3, { padding: 1, stride: 2, bias: false }),
    new nn.BatchNorm2d(8),
    new nn.ReLU6(),
    new nn.Conv2d(8, 8, 3, { padding: 1, groups: 8, bias: false }),
    new nn.BatchNorm2d(8),
    new nn.ReLU6(),
    new nn.Conv2d(8, 16, 1),
    new nn.AdaptiveAvgPool2d(1),
    new nn.Flatten(),
    new nn.Linear(16, 5),
  );

interface Steps {
  readonly make: () => nn.Module;
  readonly classes: number;
  readonly batch?: number;
  readonly lr?: number;
}

/** Five steps, with dropout: its draws are the same everywhere. */
function fiveSteps(
  engine: string | Engine,
  { make, classes, batch = 4, lr = 0.01 }: Steps,
): number[] {
  useEngine('reference');
  manualSeed(3);
  const model = make();
  const batches = Array.from(
    { length: 5 },
    () => [rand([batch, 3, 32, 32]), randint(classes, [batch])] as const,
  );
  const optimizer = new SGD(model.parameters(), { lr, momentum: 0.9 });
  useEngine(engine);
  const step = compile((x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const loss = crossEntropy(model.forward(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  });
  return batches.map(([x, y]) => step(x, y).item());
}

afterEach(() => useEngine('reference'));
after(() => {
  if (typeof software !== 'string') software.stop();
});

describe('engine webgpu on a software adapter', { skip: withoutAdapter }, () => {
  const engine = software as WebGpuEngine; // Else all of this is skipped.

  for (const [network, training] of Object.entries(trainings))
    test(`${network} has PyTorch's losses`, large, () => {
      useEngine(engine);
      const losses = lossesOf(training, { compiled: true });
      assertLosses(training, losses);
      assertLosses({ losses: training.losses.slice(0, 1), tolerance: 1e-5 }, losses);
    });

  const others: Record<string, Steps & { readonly isLarge: boolean }> = {
    'a depthwise network': { make: depthwise, classes: 5, isLarge: false },
    'the CIFAR network with dropout': {
      make: () => cifarCnn({ numClasses: 10 }),
      classes: 10,
      isLarge: true,
    },
    // Its last layers normalise single pixels: of four images and by larger steps, roundings grow to several percent on any two engines.
    'ResNet-18 at 32 × 32': {
      make: () => resnet18({ numClasses: 10 }),
      ...{ classes: 10, batch: 16, lr: 1e-4 },
      isLarge: true,
    },
  };
  for (const [name, { isLarge, ...steps }] of Object.entries(others))
    test(`${name} has the reference's losses`, isLarge ? large : {}, () => {
      const losses = fiveSteps(engine, steps);
      assertLosses({ losses: fiveSteps('reference', steps), tolerance }, losses);
      assert.deepEqual(fiveSteps(engine, steps), losses, 'a second run');
    });
});
