import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../core/errors.js';
import type { Dataset, Sample } from '../../data/dataset.js';
import { randomSplit } from '../../data/split.js';
import type { FileImages } from './file-images.js';
import { type FileDatasetOptions, ImageFolder } from './image-folder.js';
import { ListFile } from './list-file.js';

const trainNames = ['train', 'training'];
const testNames = ['test', 'testing', 'val', 'valid', 'validation'];
const listEndings = ['.txt', '.csv', '.tsv'];

export interface ImageSplitOptions extends Omit<FileDatasetOptions, 'transform'> {
  /** For the training part, usually random. @default new ToTensor() */
  readonly trainTransform?: FileDatasetOptions['transform'];
  /** For the test part. @default new ToTensor() */
  readonly testTransform?: FileDatasetOptions['transform'];
  /** The share of each class that is kept for testing where the folder has no test part. @default 0.2 */
  readonly testFraction?: number;
  /** Draws the test part. @default 0 */
  readonly seed?: number;
}

/** What is trained and what is tested on; both number the classes alike. */
export interface ImageSplits {
  readonly train: Dataset<Sample>;
  readonly test: Dataset<Sample>;
  readonly classes: readonly string[];
  /** What both are taken from, by name: `train` and `test`, or `all`. */
  readonly sources: readonly { readonly name: string; readonly dataset: FileImages }[];
  /** What is unusual about the files, for people to read. */
  readonly notes: readonly string[];
}

/**
 * Opens a folder of pictures as a training and a test part, in whichever way it is laid out: `train/` and `test/` (or
 * `val/`) with class folders in them, `train.txt` and `test.txt` (or `.csv`), or class folders alone, of which a part is
 * drawn for testing.
 *
 * @throws DataError when one of the two parts is missing, or a class of the test part is unknown in the training part
 */
export async function openImageSplits(
  root: string,
  { trainTransform, testTransform, testFraction = 0.2, seed = 0, ...files }: ImageSplitOptions = {},
): Promise<ImageSplits> {
  const forTrain = { ...files, ...(trainTransform && { transform: trainTransform }) };
  const forTest = { ...files, ...(testTransform && { transform: testTransform }) };
  const names = await readdir(root).catch(() => []);
  for (const [kind, endings] of [
    [ImageFolder, ['']],
    [ListFile, listEndings],
  ] as const) {
    const train = first(names, trainNames, endings);
    const test = first(names, testNames, endings);
    if (train === null && test === null) continue;
    if (train === null || test === null)
      throw new DataError(
        root,
        `has ${train ?? test}, but no ${train === null ? 'train' : `${testNames.join(', ')}`}` +
          `${endings.includes('') ? '' : ` (${endings.join(', ')})`}; both parts are required`,
      );
    const trainSet = await kind.open(join(root, train), forTrain);
    const testSet = await kind.open(join(root, test), { ...forTest, classes: trainSet.classes });
    const notes = [...trainSet.notes, ...testSet.notes];
    const sources = [
      { name: 'train', dataset: trainSet },
      { name: 'test', dataset: testSet },
    ];
    return { train: trainSet, test: testSet, classes: trainSet.classes, sources, notes };
  }

  const trainSet: FileImages = await ImageFolder.open(root, forTrain);
  const testSet: FileImages = await ImageFolder.open(root, forTest);
  const parts = [1 - testFraction, testFraction];
  const options = { seed, stratify: true };
  const [train] = randomSplit(trainSet, parts, options);
  const [, test] = randomSplit(testSet, parts, options);
  if (train === undefined || test === undefined || test.length === 0)
    throw new DataError(
      root,
      `${trainSet.length} pictures leave none to test on at testFraction=${testFraction}; add more`,
    );
  const notes = [`${root} has no test part: ${test.length} pictures of it are kept for testing`];
  const sources = [{ name: 'all', dataset: testSet }];
  return { train, test, classes: trainSet.classes, sources, notes };
}

/** The first entry that is one of `wanted`, with one of the endings. */
function first(
  names: readonly string[],
  wanted: readonly string[],
  endings: readonly string[],
): string | null {
  const candidates = endings.flatMap((ending) => wanted.map((name) => name + ending));
  return candidates.find((name) => names.includes(name)) ?? null;
}
