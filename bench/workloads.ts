/** What is timed: whole training steps and inference of the networks that the tutorials train, and of a mobile one. */
import type { Shape } from '../src/core/shape.js';
import type { ModelCard } from '../src/runs/model-card.js';

export interface Workload {
  readonly name: string;
  /** As the peers' script knows the network. */
  readonly architecture: ModelCard['architecture'];
  readonly inputShape: Shape;
  readonly classes: number;
  /** `infer` runs the model alone, in evaluation mode. */
  readonly mode: 'train' | 'infer';
  readonly optimizer: 'sgd' | 'adam';
  /** Only the last layer learns. */
  readonly frozen: boolean;
  /** Whether one op at a time is timed too. */
  readonly eager: boolean;
  readonly title: string;
}

const training = { mode: 'train', frozen: false, eager: false } as const;
const resnet = {
  architecture: { name: 'resnet18', options: { numClasses: 20 } },
  inputShape: [16, 3, 224, 224],
  classes: 20,
  optimizer: 'adam',
} as const;

const inference = { ...resnet, mode: 'infer', frozen: false, eager: false } as const;

export const workloads: readonly Workload[] = [
  {
    ...training,
    name: 'mnist',
    eager: true,
    title: 'MNIST CNN b32 (SGD)',
    architecture: { name: 'mnistCnn', options: { numClasses: 10 } },
    inputShape: [32, 1, 28, 28],
    classes: 10,
    optimizer: 'sgd',
  },
  {
    ...training,
    name: 'cifar',
    eager: true,
    title: 'CIFAR CNN b64 (Adam)',
    architecture: { name: 'cifarCnn', options: { numClasses: 10 } },
    inputShape: [64, 3, 32, 32],
    classes: 10,
    optimizer: 'adam',
  },
  {
    ...training,
    name: 'sneaker',
    title: 'sneaker CNN b32, 224×224 (SGD)',
    architecture: { name: 'sneakerCnn', options: { numClasses: 2 } },
    inputShape: [32, 3, 224, 224],
    classes: 2,
    optimizer: 'sgd',
  },
  { ...training, ...resnet, name: 'resnet18', title: 'ResNet-18 b16, 224×224 (Adam)' },
  {
    ...training,
    ...resnet,
    name: 'resnet18-frozen',
    title: 'ResNet-18 frozen b64, 224×224 (Adam on the last layer)',
    frozen: true,
    inputShape: [64, 3, 224, 224],
  },
  {
    ...training,
    name: 'mobilenet',
    title: 'MobileNetV2 b32, 224×224 (SGD)',
    architecture: { name: 'mobilenet_v2', options: { numClasses: 20 } },
    inputShape: [32, 3, 224, 224],
    classes: 20,
    optimizer: 'sgd',
  },
  {
    ...inference,
    name: 'resnet18-infer',
    title: 'ResNet-18 inference b16, 224×224',
  },
  {
    ...inference,
    name: 'resnet18-infer-b1',
    title: 'ResNet-18 inference b1, 224×224',
    inputShape: [1, 3, 224, 224],
  },
  {
    ...inference,
    name: 'mobilenet-infer-b1',
    title: 'MobileNetV2 inference b1, 224×224',
    architecture: { name: 'mobilenet_v2', options: { numClasses: 20 } },
    inputShape: [1, 3, 224, 224],
  },
];

export function workloadNamed(name: string): Workload {
  const found = workloads.find((workload) => workload.name === name);
  if (found === undefined)
    throw new Error(`no workload '${name}'; there are ${workloads.map((w) => w.name).join(', ')}`);
  return found;
}
