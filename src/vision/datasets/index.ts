/** Image data sets. */
export { ArrayImages, type ArrayImagesOptions, type ImageArray } from './array-images.js';
export { CIFAR10 } from './cifar10.js';
export { Digits } from './digits.js';
export type { DownloadProgress } from './download/download-progress.js';
export { FER2013, type FER2013Options } from './fer2013.js';
export { FileImages, type ImageList } from './file-images.js';
export { type FileDatasetOptions, ImageFolder } from './image-folder.js';
export {
  type ImageSource,
  type ImageSplitOptions,
  type ImageSplits,
  openImageSplits,
} from './image-splits.js';
export type { CacheEstimate, ImageStore, ImageStoreOptions } from './image-store/image-store.js';
export type { ImageTransform } from './image-transform.js';
export { ListFile, type ListFileOptions } from './list-file.js';
export { FashionMNIST, MNIST, type OpenOptions, type Split } from './mnist.js';
export {
  type DownloadDatasetOptions,
  downloadDataset,
  type NamedDataset,
  namedDatasets,
} from './named.js';
export type { StandardTransform, StandardTransformJson } from './standard-transform.js';
