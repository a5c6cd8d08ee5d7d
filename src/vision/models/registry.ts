/** Models by name, as model.json and the command line name them. */
import { ValueError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import { requireWhole } from '../../core/options.js';
import { quote } from '../../core/outside-text.js';
import type { Module } from '../../nn/module.js';
import { alexnet } from './alexnet.js';
import { blockCnn2, blockCnn3, blockCnn4 } from './block-cnn.js';
import { cifarCnn } from './cifar-cnn.js';
import { cifarFast } from './cifar-fast.js';
import { cifar_resnet20, cifar_resnet32, cifar_resnet44, cifar_resnet56 } from './cifar-resnet.js';
import type { ClassifierOptions } from './classifier-options.js';
import { convnext_tiny } from './convnext.js';
import { densenet121 } from './densenet.js';
import {
  efficientnet_b0,
  efficientnet_b1,
  efficientnet_b2,
  efficientnet_b3,
  efficientnet_b4,
} from './efficientnet.js';
import { ferCnn } from './fer-cnn.js';
import { lenet } from './lenet.js';
import { mnistCnn } from './mnist-cnn.js';
import { mobilenet_v2 } from './mobilenet-v2.js';
import { mobilenet_v3_large, mobilenet_v3_small } from './mobilenet-v3.js';
import { regnet_y_400mf } from './regnet.js';
import {
  resnet18,
  resnet34,
  resnet50,
  resnet101,
  resnet152,
  resnext50_32x4d,
  wide_resnet50_2,
} from './resnet.js';
import {
  shufflenet_v2_x0_5,
  shufflenet_v2_x1_0,
  shufflenet_v2_x1_5,
  shufflenet_v2_x2_0,
} from './shufflenet-v2.js';
import { sneakerCnn } from './sneaker-cnn.js';
import { squeezenet1_0, squeezenet1_1 } from './squeezenet.js';
import { swin_t } from './swin-transformer.js';
import { vgg11, vgg11_bn, vgg13, vgg13_bn, vgg16, vgg16_bn, vgg19, vgg19_bn } from './vgg.js';
import { vit_b_16 } from './vision-transformer.js';

/** Networks of published architectures take `weights` too; the tutorials' small ones have none. */
export type ModelConstructor = (options: ClassifierOptions) => Module;

const table: Readonly<Record<string, ModelConstructor>> = {
  mnistCnn,
  cifarCnn,
  cifarFast,
  ferCnn,
  blockCnn2,
  blockCnn3,
  blockCnn4,
  sneakerCnn,
  lenet,
  alexnet,
  cifar_resnet20,
  cifar_resnet32,
  cifar_resnet44,
  cifar_resnet56,
  convnext_tiny,
  densenet121,
  efficientnet_b0,
  efficientnet_b1,
  efficientnet_b2,
  efficientnet_b3,
  efficientnet_b4,
  mobilenet_v2,
  mobilenet_v3_large,
  mobilenet_v3_small,
  regnet_y_400mf,
  resnet18,
  resnet34,
  resnet50,
  resnet101,
  resnet152,
  resnext50_32x4d,
  wide_resnet50_2,
  shufflenet_v2_x0_5,
  shufflenet_v2_x1_0,
  shufflenet_v2_x1_5,
  shufflenet_v2_x2_0,
  squeezenet1_0,
  squeezenet1_1,
  swin_t,
  vgg11,
  vgg11_bn,
  vgg13,
  vgg13_bn,
  vgg16,
  vgg16_bn,
  vgg19,
  vgg19_bn,
  vit_b_16,
};

export const modelNames: readonly string[] = Object.keys(table);

/** `[C, H, W]` of what networks take that have no published weights, which say it of the others. */
export const usualInputs: Readonly<Record<string, readonly [number, number, number]>> = {
  mnistCnn: [1, 28, 28],
  cifarCnn: [3, 32, 32],
  cifarFast: [3, 32, 32],
  ferCnn: [1, 48, 48],
  blockCnn2: [3, 32, 32],
  blockCnn3: [3, 32, 32],
  blockCnn4: [3, 32, 32],
  sneakerCnn: [3, 224, 224],
  lenet: [1, 32, 32],
  cifar_resnet20: [3, 32, 32],
  cifar_resnet32: [3, 32, 32],
  cifar_resnet44: [3, 32, 32],
  cifar_resnet56: [3, 32, 32],
};

/** What makes the network of that name. @throws ValueError that says which was probably meant */
export function requireArchitecture(name: string, subject: string): ModelConstructor {
  const make = Object.hasOwn(table, name) ? table[name] : undefined;
  if (make !== undefined) return make;
  const meant = nearest(String(name), modelNames);
  throw new ValueError(
    subject,
    meant === undefined
      ? `name=${quote(String(name))} must be one of ${modelNames.join(', ')}`
      : `name=${quote(String(name))} is no network; did you mean ${meant}?`,
  );
}

const optionNames: readonly string[] = [
  'numClasses',
  'inChannels',
  'imageSize',
] satisfies (keyof ClassifierOptions)[];

/** A network as data: its name in the table, and the options it is made with. */
export interface Architecture {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The name of a network that an ONNX file described, which is in the options as `graph`. */
export const onnxName = 'onnx';

let makeOnnx: ((options: Architecture['options']) => Module) | null = null;

/** Reading such a network takes more than browsers are to load: `onnx-network.ts` registers itself. */
export function registerOnnx(make: (options: Architecture['options']) => Module): void {
  makeOnnx = make;
}

/** A network by name, with fresh weights from the default generator. */
export function createModel({ name, options }: Architecture): Module {
  if (name === onnxName && makeOnnx !== null) return makeOnnx(options);
  const make = requireArchitecture(name, 'createModel');
  for (const [option, value] of Object.entries(options)) {
    if (!optionNames.includes(option))
      throw new ValueError(
        name,
        `has no option ${quote(option)}; it has ${optionNames.join(', ')}`,
      );
    requireWhole(name, { [option]: value as number }); // or anything: files bring values of any type
  }
  return make(options as ClassifierOptions); // checked above
}
