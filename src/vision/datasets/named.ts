import { ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { quote } from '../../core/outside-text.js';
import type { PictureDataset } from '../inspect/picture-dataset.js';
import { CIFAR10 } from './cifar10.js';
import { Digits } from './digits.js';
import { FER2013 } from './fer2013.js';
import { FashionMNIST, MNIST, type OpenOptions } from './mnist.js';

/** A data set that has a name of its own. */
export interface NamedDataset {
  readonly description: string;
  /** Whether it can be fetched from a public address. */
  readonly downloadable: boolean;
  open(root: string | undefined, options: OpenOptions): Promise<PictureDataset>;
}

/** The data sets that the command line knows by name. */
export const namedDatasets: Readonly<Record<string, NamedDataset>> = {
  digits: {
    description: '5,000 + 1,000 handwritten digits of MNIST, in the package',
    downloadable: false,
    open: (_, options) => Digits.open(options),
  },
  mnist: {
    description: '60,000 + 10,000 handwritten digits, grey 28×28',
    downloadable: true,
    open: (root, options) => MNIST.open(root, options),
  },
  'fashion-mnist': {
    description: '60,000 + 10,000 pictures of clothes, grey 28×28',
    downloadable: true,
    open: (root, options) => FashionMNIST.open(root, options),
  },
  cifar10: {
    description: '50,000 + 10,000 small photographs of 10 kinds, RGB 32×32',
    downloadable: true,
    open: (root, options) => CIFAR10.open(root, options),
  },
  fer2013: {
    description: '28,709 + 7,178 faces with 7 expressions, grey 48×48',
    downloadable: false,
    open: (root, options) => FER2013.open(root, options),
  },
};

export interface DownloadDatasetOptions {
  /** The folder that it goes into. @default the cache */
  readonly root?: string;
  /** Called while files are fetched. */
  readonly onProgress?: NonNullable<OpenOptions['onProgress']>;
}

const readOptions = optionReader<DownloadDatasetOptions>('downloadDataset', {
  root: true,
  onProgress: true,
});

/**
 * Fetches a named data set into the cache, or into `root`; what is there already is checked and not fetched again.
 *
 * @throws ValueError for a name that is unknown or has no public address
 */
export async function downloadDataset(
  name: string,
  ...given: [options?: DownloadDatasetOptions]
): Promise<void> {
  const { root, onProgress } = readOptions(given);
  const dataset = Object.hasOwn(namedDatasets, name) ? namedDatasets[name] : undefined;
  if (!dataset?.downloadable) {
    const names = Object.keys(namedDatasets).filter((key) => namedDatasets[key]?.downloadable);
    throw new ValueError(
      'download',
      `${quote(name)} ${dataset === undefined ? 'is unknown' : 'has no public address'}; there are ${names.join(', ')}`,
    );
  }
  for (const split of ['train', 'test'] as const)
    await dataset.open(root, { split, download: true, ...(onProgress && { onProgress }) });
}
