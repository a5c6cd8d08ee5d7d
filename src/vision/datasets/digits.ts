import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { internalError } from '../../core/errors.js';
import { optionReader, requireOneOf } from '../../core/options.js';
import { ArrayImages } from './array-images.js';
import { type OpenOptions, readImageArray, splitLine } from './mnist.js';
import { sampleNames } from './standard-transform.js';

const digitNames = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

const readOptions = optionReader<Pick<OpenOptions, 'split' | 'transform' | 'targetTransform'>>(
  'Digits',
  { split: true, ...sampleNames },
  { train: "train: false is split: 'test'" },
);

/**
 * The digits in the box: of each digit, 500 training and 100 test images of MNIST, 28×28, grey. They come with the
 * package, so that training runs at once, anywhere.
 *
 * @example const trainSet = await Digits.open({ split: 'train' });
 */
export class Digits extends ArrayImages {
  static async open(
    ...given: [options?: Pick<OpenOptions, 'split' | 'transform' | 'targetTransform'>]
  ): Promise<Digits> {
    const { split = 'train', ...options } = readOptions(given);
    requireOneOf('Digits', 'split', split, ['train', 'test']);
    const prefix = join(assetFolder(), split === 'train' ? 'train' : 't10k');
    const array = await readImageArray(
      `${prefix}-images-idx3-ubyte.gz`,
      `${prefix}-labels-idx1-ubyte.gz`,
      digitNames,
    );
    return new Digits(array, { ...options, details: [splitLine(split)] });
  }
}

/** `assets/digits` in the package: above this file, wherever the build puts it. */
function assetFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const assets = join(folder, 'assets', 'digits');
    if (existsSync(assets)) return assets;
    if (folder === dirname(folder)) throw internalError('assets/digits is not in the package');
  }
}
