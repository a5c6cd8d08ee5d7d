import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { counted } from '../../core/counted.js';
import { DataError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import type { Dataset, Sample } from '../../data/dataset.js';
import { randomSplit } from '../../data/split.js';
import { defaultGenerator } from '../../tensor/generator.js';
import type { FileImages } from './file-images.js';
import { type FileDatasetOptions, fileDatasetNames, ImageFolder } from './image-folder.js';
import { ListFile } from './list-file.js';

/** What the parts of a data set are called, as folders and, with an ending, as lists. */
const partNames = {
  train: ['train', 'training'],
  val: ['val', 'valid', 'validation'],
  test: ['test', 'testing'],
} as const;
const listEndings = ['.txt', '.csv', '.tsv'];

export interface ImageSplitOptions extends Omit<FileDatasetOptions, 'transform'> {
  /** For the training part, usually random. @default new ToTensor() */
  readonly trainTransform?: FileDatasetOptions['transform'];
  /** For the test part. @default new ToTensor() */
  readonly testTransform?: FileDatasetOptions['transform'];
  /** The share of each class that is kept for testing where the folder has no test part. @default 0.2 */
  readonly testFraction?: number;
  /** Draws the test part. @default drawn from the generator that `manualSeed` seeds */
  readonly seed?: number;
}

const { transform: _, ...fileNames } = fileDatasetNames;
const readOptions = optionReader<ImageSplitOptions>(
  'openImageSplits',
  { ...fileNames, trainTransform: true, testTransform: true, testFraction: true, seed: true },
  { transform: 'there are trainTransform and testTransform' },
);

/** A part of the data as it lies there: `train`, `val`, `test`, or `all` where the folder has no parts. */
export interface ImageSource {
  readonly name: 'train' | 'val' | 'test' | 'all';
  readonly dataset: FileImages;
}

/** What is trained on, chosen by and tested on; all number the classes alike. */
export interface ImageSplits {
  readonly train: Dataset<Sample>;
  /** What the best weights are chosen by; null where the folder has no such part beside its test part. */
  readonly val: Dataset<Sample> | null;
  readonly test: Dataset<Sample>;
  readonly classes: readonly string[];
  /** What they are taken from. */
  readonly sources: readonly ImageSource[];
  /** What is unusual about the files, for people to read. */
  readonly notes: readonly string[];
}

/**
 * Opens a folder of pictures as a training and a test part, in whichever way it is laid out: `train/` and `test/` with
 * class folders in them, `train.txt` and `test.txt` (or `.csv`), or class folders alone, of which a part is drawn for
 * testing. `val/` (or `val.txt`) beside them is what the best weights are chosen by; where it stands for `test/`, it is
 * the test part.
 *
 * @throws DataError when one of the two parts is missing, or a class of another part is unknown in the training part
 */
export async function openImageSplits(
  root: string,
  ...given: [options?: ImageSplitOptions]
): Promise<ImageSplits> {
  const { trainTransform, testTransform, testFraction = 0.2, seed, ...files } = readOptions(given);
  const forTrain = { ...files, ...(trainTransform && { transform: trainTransform }) };
  const forTest = { ...files, ...(testTransform && { transform: testTransform }) };
  const parts = await partsOf(root);
  if (parts !== null) {
    const { train, val } = parts;
    const test = parts.test ?? val;
    if (train === undefined || test === undefined) throw missingPart(root, parts);
    const trainSet = await train(forTrain);
    const bound = { ...forTest, classes: trainSet.classes };
    const valSet = parts.test !== undefined && val !== undefined ? await val(bound) : null;
    const testSet = await test(bound);
    return {
      train: trainSet,
      val: valSet,
      test: testSet,
      classes: trainSet.classes,
      sources: [
        { name: 'train', dataset: trainSet },
        ...(valSet === null ? [] : [{ name: 'val', dataset: valSet } as const]),
        { name: 'test', dataset: testSet },
      ],
      notes: [...trainSet.notes, ...(valSet?.notes ?? []), ...testSet.notes],
    };
  }

  const trainSet: FileImages = await ImageFolder.open(root, forTrain);
  const testSet: FileImages = await ImageFolder.open(root, forTest);
  const fractions = [1 - testFraction, testFraction];
  const options = { seed: seed ?? defaultGenerator.drawSeed(), stratify: true };
  const [train] = randomSplit(trainSet, fractions, options);
  const [, test] = randomSplit(testSet, fractions, options);
  if (train === undefined || test === undefined || test.length === 0)
    throw new DataError(
      root,
      `${trainSet.length} pictures leave none to test on at testFraction=${testFraction}; add more`,
    );
  return {
    train,
    val: null,
    test,
    classes: trainSet.classes,
    sources: [{ name: 'all', dataset: testSet }],
    notes: [
      `${root} has no test part: ${counted(test.length, 'picture')} of it ${test.length === 1 ? 'is' : 'are'} kept for testing`,
    ],
  };
}

/** Opens what there is in such a folder, to be looked at: parts may be missing, and any number of pictures will do. */
export async function openImageSources(
  root: string,
  options: FileDatasetOptions = {},
): Promise<readonly ImageSource[]> {
  const parts = await partsOf(root);
  if (parts === null) return [{ name: 'all', dataset: await ImageFolder.open(root, options) }];
  const sources: ImageSource[] = [];
  let { classes } = options;
  for (const name of ['train', 'val', 'test'] as const) {
    const dataset = await parts[name]?.({ ...options, ...(classes && { classes }) });
    if (dataset === undefined) continue;
    classes = dataset.classes;
    sources.push({ name, dataset });
  }
  return sources;
}

type Part = keyof typeof partNames;

/** What opens each part that is there. */
type Parts = Partial<Record<Part, (options: FileDatasetOptions) => Promise<FileImages>>> & {
  /** The names of those that are there, as they lie in the folder. */
  readonly names: readonly string[];
  /** The endings that they have. */
  readonly endings: readonly string[];
};

/** The parts of a folder; null where it has none of these names. */
async function partsOf(root: string): Promise<Parts | null> {
  const there: readonly string[] = await readdir(root).catch(() => []);
  for (const [kind, endings] of [
    [ImageFolder, ['']],
    [ListFile, listEndings],
  ] as const) {
    const parts: Parts & { names: string[] } = { names: [], endings };
    for (const part of ['train', 'val', 'test'] as const) {
      const candidates = endings.flatMap((ending) => partNames[part].map((name) => name + ending));
      const name = candidates.find((candidate) => there.includes(candidate));
      if (name === undefined) continue;
      parts.names.push(name);
      parts[part] = (options) => kind.open(join(root, name), options);
    }
    if (parts.names.length > 0) return parts;
  }
  return null;
}

function missingPart(root: string, { train, names, endings }: Parts): DataError {
  const required = train === undefined ? partNames.train : [...partNames.test, ...partNames.val];
  const lists = endings.includes('') ? '' : ` (${endings.join(', ')})`;
  return new DataError(
    root,
    `has ${names.join(', ')}, but no ${required.join(', ')}${lists}; both parts are required`,
  );
}
