import { dirname, join } from 'node:path';
import { cacheFolder } from '../../core/cache-folder.js';
import { DataError } from '../../core/errors.js';
import { type OptionNames, optionReader, requireOneOf } from '../../core/options.js';
import { formatShape } from '../../core/shape.js';
import { ArrayImages, type ArrayImagesOptions, type ImageArray } from './array-images.js';
import { download } from './download/download.js';
import type { DownloadProgress } from './download/download-progress.js';
import { readIdx } from './idx.js';
import { locate, notFound } from './locate.js';
import { type SampleOptions, sampleNames } from './standard-transform.js';

/** Which part of a data set. */
export type Split = 'train' | 'test';

export interface OpenOptions extends SampleOptions {
  /** @default 'train' */
  readonly split?: Split;
  /**
   * Fetch the files if they are nowhere: into the given folder, or else the cache.
   * @default true where no folder is given
   */
  readonly download?: boolean;
  /** Called while files are fetched. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

const openNames: OptionNames<OpenOptions> = {
  split: true,
  ...sampleNames,
  download: true,
  onProgress: true,
};
const readOptions = optionReader<OpenOptions>('MNIST', openNames, {
  train: "train: false is split: 'test'",
});

/** Reads the options of the data set `subject` that comes in two parts. */
export function readOpenOptions(
  subject: string,
  given: readonly [options?: OpenOptions],
): OpenOptions {
  const options = readOptions(given, subject);
  requireOneOf(subject, 'split', options.split ?? 'train', ['train', 'test']);
  return options;
}

/** Above the largest of their files, 26,421,880 bytes. */
const MAX_BYTES = 2 ** 25;

/** A data set of MNIST's four files: where it may be, and where it comes from. */
interface IdxSource {
  readonly name: string;
  readonly classes: readonly string[];
  /** Folders where systems install it. */
  readonly installed: readonly string[];
  readonly mirrors: readonly string[];
  /** MD5 of the files as they are published. */
  readonly md5: Readonly<Record<string, string>>;
}

const mnist: IdxSource = {
  name: 'MNIST',
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  installed: [],
  mirrors: ['http://yann.lecun.com/exdb/mnist/', 'https://ossci-datasets.s3.amazonaws.com/mnist/'],
  md5: {
    'train-images-idx3-ubyte.gz': 'f68b3c2dcbeaaa9fbdd348bbdeb94873',
    'train-labels-idx1-ubyte.gz': 'd53e105ee54ea40749a09fcbcd1e9432',
    't10k-images-idx3-ubyte.gz': '9fb629c4189551a2d022fa330f9573f3',
    't10k-labels-idx1-ubyte.gz': 'ec29112dd5afa0611ce80d1b7f02629c',
  },
};

const fashionMnist: IdxSource = {
  name: 'FashionMNIST',
  classes: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  installed: ['/usr/share/datasets/fashion-mnist'],
  mirrors: ['http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/'],
  md5: {
    'train-images-idx3-ubyte.gz': '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
    'train-labels-idx1-ubyte.gz': '25c81989df183df01b3e8a0aad5dffbe',
    't10k-images-idx3-ubyte.gz': 'bef4ecab320f06d8554ea6380940ec79',
    't10k-labels-idx1-ubyte.gz': 'bb300cfdad3c16e7a12a480ee83cd310',
  },
};

/**
 * Handwritten digits: 60,000 for training, 10,000 for testing, grey 28×28, 10 classes
 * (http://yann.lecun.com/exdb/mnist/).
 *
 * @example const trainSet = await MNIST.open(undefined, { split: 'train', transform });
 */
export class MNIST extends ArrayImages {
  /** @param root The folder with the files (or with `MNIST/raw`); otherwise the cache, and then the network. */
  static async open(root?: string, ...given: [options?: OpenOptions]): Promise<MNIST> {
    const source = await openSource(mnist, root, readOpenOptions('MNIST', given));
    return new MNIST(source.array, source.options);
  }
}

/**
 * Pictures of clothes in MNIST's format: 60,000 for training, 10,000 for testing, grey 28×28, 10 classes
 * (https://github.com/zalandoresearch/fashion-mnist).
 */
export class FashionMNIST extends ArrayImages {
  /** @param root The folder with the files (or with `FashionMNIST/raw`); otherwise the cache, Debian's package, the network. */
  static async open(root?: string, ...given: [options?: OpenOptions]): Promise<FashionMNIST> {
    const options = readOpenOptions('FashionMNIST', given);
    const source = await openSource(fashionMnist, root, options);
    return new FashionMNIST(source.array, source.options);
  }
}

async function openSource(
  source: IdxSource,
  root: string | undefined,
  {
    split = 'train',
    download: mayDownload = root === undefined,
    onProgress,
    ...sample
  }: OpenOptions,
): Promise<{ readonly array: ImageArray; readonly options: ArrayImagesOptions }> {
  const prefix = split === 'train' ? 'train' : 't10k';
  const names = [`${prefix}-images-idx3-ubyte.gz`, `${prefix}-labels-idx1-ubyte.gz`];
  const home = join(root ?? cacheFolder('datasets'), source.name, 'raw');
  const folders =
    root === undefined ? [home, ...source.installed] : [root, join(root, 'raw'), home];
  const { files, tried } = await locate(folders, names);
  const [images, labels] =
    files ?? (await fetchFiles(source, names, home, tried, mayDownload, onProgress));
  const array = await readImageArray(images ?? '', labels ?? '', source.classes);
  const options = { ...sample, root: dirname(images ?? ''), details: [splitLine(split)] };
  return { array, options };
}

/** As torchvision prints a split. */
export function splitLine(split: Split = 'train'): string {
  return `Split: ${split === 'train' ? 'Train' : 'Test'}`;
}

async function fetchFiles(
  source: IdxSource,
  names: readonly string[],
  folder: string,
  tried: readonly string[],
  mayDownload: boolean,
  onProgress: OpenOptions['onProgress'],
): Promise<readonly string[]> {
  const advice =
    `put ${Object.keys(source.md5).join(', ')} into ${folder}` +
    `${mayDownload ? ', or say in which folder they are' : ', or allow the download'}` +
    `${source.name === 'MNIST' ? "; 'digits', a part of MNIST, needs no download" : ''}`;
  if (!mayDownload) throw notFound(source.name, folder, tried, advice);
  const paths: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    paths.push(path);
    const there = await locate([folder], [name]);
    if (there.files !== null) continue;
    const urls = source.mirrors.map((mirror) => mirror + name);
    const checksum = { algorithm: 'md5', hex: source.md5[name] ?? '' } as const;
    try {
      await download(urls, path, { checksum, maxBytes: MAX_BYTES, onProgress });
    } catch (cause) {
      throw notFound(source.name, folder, tried, advice, cause);
    }
  }
  return paths;
}

/** Images and labels from a pair of idx files that belong together. */
export async function readImageArray(
  imagePath: string,
  labelPath: string,
  classes: readonly string[],
): Promise<ImageArray> {
  const [images, labels] = await Promise.all([readIdx(imagePath, 3), readIdx(labelPath, 1)]);
  const [count = 0, height = 0, width = 0] = images.shape;
  if (labels.data.length !== count)
    throw new DataError(
      labelPath,
      `${labels.data.length} labels, but ${imagePath} has ${count} images; the files do not belong together`,
    );
  if (height === 0 || width === 0)
    throw new DataError(imagePath, `images ${formatShape(images.shape)} without pixels`);
  const wrong = labels.data.findIndex((label) => label >= classes.length);
  if (wrong >= 0)
    throw new DataError(
      labelPath,
      `label ${labels.data[wrong]} of sample ${wrong} is out of range, 0 to ${classes.length - 1} are required`,
    );
  return { height, width, channels: 1, pixels: images.data, targets: labels.data, classes };
}
