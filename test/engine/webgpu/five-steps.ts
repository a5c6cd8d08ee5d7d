/** Networks that engine webgpu is tried on, and the losses of their first steps. */
import { compile } from '../../../src/compile/compile.js';
import type { Engine } from '../../../src/engine/engine.js';
import type { Precision } from '../../../src/engine/precision.js';
import { useEngine } from '../../../src/engine/select.js';
import { crossEntropy } from '../../../src/nn/functional.js';
import * as nn from '../../../src/nn/index.js';
import { rand, randint } from '../../../src/ops/random.js';
import { SGD } from '../../../src/optim/sgd.js';
import { manualSeed } from '../../../src/tensor/generator.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { cifarCnn } from '../../../src/vision/models/cifar-cnn.js';
import { resnet18 } from '../../../src/vision/models/resnet.js';

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

/** Convolutions that Winograd can compute, of odd sizes and with both paddings. */
const threeByThree = () =>
  new nn.Sequential(
    new nn.Conv2d(3, 8, 3, { padding: 1, bias: false }),
    new nn.BatchNorm2d(8),
    new nn.ReLU(),
    new nn.MaxPool2d(3),
    new nn.Conv2d(8, 7, 3),
    new nn.Tanh(),
    new nn.Conv2d(7, 16, 3, { padding: 1 }),
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

/** Losses of five steps, with dropout: its draws are the same everywhere. */
export function fiveSteps(
  engine: string | Engine,
  steps: Steps,
  precision: Precision = 'float32',
): number[] {
  return fiveLosses(engine, steps, precision).map((loss) => loss.item());
}

/** The same before they are read: of a page's GPU numbers are only awaited. */
export function fiveLosses(
  engine: string | Engine,
  { make, classes, batch = 4, lr = 0.01 }: Steps,
  precision: Precision = 'float32',
): Tensor[] {
  useEngine('reference');
  manualSeed(3);
  const model = make();
  const batches = Array.from(
    { length: 5 },
    () => [rand([batch, 3, 32, 32]), randint(classes, [batch])] as const,
  );
  const optimizer = new SGD(model.parameters(), { lr, momentum: 0.9 });
  useEngine(engine);
  const step = compile(
    (x: Tensor, y: Tensor) => {
      optimizer.zeroGrad();
      const loss = crossEntropy(model.forward(x), y);
      loss.backward();
      optimizer.step();
      return loss;
    },
    { precision },
  );
  return batches.map(([x, y]) => step(x, y));
}

/** `isLarge`: takes minutes on a software adapter. */
export const networks: Readonly<Record<string, Steps & { readonly isLarge: boolean }>> = {
  'a depthwise network': { make: depthwise, classes: 5, isLarge: false },
  'a network of 3 × 3 convolutions': { make: threeByThree, classes: 5, isLarge: false },
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
