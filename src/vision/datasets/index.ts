/** Data sets of pictures. */
export { CIFAR10 } from './cifar10.js';
export { Digits } from './digits.js';
export { FER2013 } from './fer2013.js';
export { ImageFolder } from './image-folder.js';
export type { ImageTransform } from './image-transform.js';
export { ListFile } from './list-file.js';
export { FashionMNIST, MNIST, type OpenOptions, type Split } from './mnist.js';
