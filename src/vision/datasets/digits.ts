import { join } from 'node:path';
import { assetPath } from '../../core/asset-path.js';
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
    const prefix = join(assetPath('digits'), split === 'train' ? 'train' : 't10k');
    const array = await readImageArray(
      `${prefix}-images-idx3-ubyte.gz`,
      `${prefix}-labels-idx1-ubyte.gz`,
      digitNames,
    );
    return new Digits(array, { ...options, details: [splitLine(split)] });
  }
}
