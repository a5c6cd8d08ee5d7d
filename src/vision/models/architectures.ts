/** Networks by name. Constructors of torchvision's architectures keep torchvision's names, which files and commands use too. */
export { AlexNet, alexnet } from './alexnet.js';
export { BlockCNN, type BlockCNNOptions, blockCnn2, blockCnn3, blockCnn4 } from './block-cnn.js';
export { CifarCNN, cifarCnn } from './cifar-cnn.js';
export { CifarFast, cifarFast } from './cifar-fast.js';
export {
  CifarResNet,
  cifar_resnet20,
  cifar_resnet32,
  cifar_resnet44,
  cifar_resnet56,
} from './cifar-resnet.js';
export type {
  ClassifierConstructor,
  ClassifierOptions,
  ClassifierShape,
  PretrainedOptions,
} from './classifier-options.js';
export { ConvNeXt, convnext_tiny } from './convnext.js';
export { DenseNet, densenet121 } from './densenet.js';
export {
  EfficientNet,
  type EfficientNetScale,
  efficientnet_b0,
  efficientnet_b1,
  efficientnet_b2,
  efficientnet_b3,
  efficientnet_b4,
} from './efficientnet.js';
export { FerCNN, ferCnn } from './fer-cnn.js';
export type { Conv2dNormActivation } from './layers/conv-norm-activation.js';
export { LeNet, lenet } from './lenet.js';
export { MnistCNN, mnistCnn } from './mnist-cnn.js';
export { MobileNetV2, mobilenet_v2 } from './mobilenet-v2.js';
export {
  MobileNetV3,
  type MobileNetV3Row,
  mobilenet_v3_large,
  mobilenet_v3_small,
} from './mobilenet-v3.js';
export { type Architecture, createModel, modelNames } from './registry.js';
export { RegNet, type RegNetShape, regnet_y_400mf } from './regnet.js';
export { replaceHead } from './replace-head.js';
export {
  BasicBlock,
  type Block,
  type BlockPlace,
  Bottleneck,
  ResNet,
  type ResNetShape,
  resnet18,
  resnet34,
  resnet50,
  resnet101,
  resnet152,
  resnext50_32x4d,
  wide_resnet50_2,
} from './resnet.js';
export {
  ShuffleNetV2,
  shufflenet_v2_x0_5,
  shufflenet_v2_x1_0,
  shufflenet_v2_x1_5,
  shufflenet_v2_x2_0,
} from './shufflenet-v2.js';
export { SneakerCNN, sneakerCnn } from './sneaker-cnn.js';
export { SqueezeNet, squeezenet1_0, squeezenet1_1 } from './squeezenet.js';
export { type SwinShape, SwinTransformer, swin_t } from './swin-transformer.js';
export { VGG, vgg11, vgg11_bn, vgg13, vgg13_bn, vgg16, vgg16_bn, vgg19, vgg19_bn } from './vgg.js';
export { type Encoder, VisionTransformer, vit_b_16 } from './vision-transformer.js';
