/** Networks by name. */
export { CifarCNN, cifarCnn } from './cifar-cnn.js';
export { MnistCNN, mnistCnn } from './mnist-cnn.js';
export { createModel, modelNames } from './registry.js';
export { BasicBlock, ResNet, resnet18, resnet34 } from './resnet.js';
export { SneakerCNN, sneakerCnn } from './sneaker-cnn.js';
