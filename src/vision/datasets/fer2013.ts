import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../core/cache-folder.js';
import { DataError } from '../../core/errors.js';
import { optionReader, requireOneOf } from '../../core/options.js';
import { quote } from '../../core/outside-text.js';
import { ArrayImages, type ImageArray } from './array-images.js';
import { csvRows } from './csv.js';
import { ImageFolder } from './image-folder.js';
import type { ImageStoreOptions } from './image-store/image-store.js';
import { notFound } from './locate.js';
import { readBytes } from './read-bytes.js';
import { type SampleOptions, sampleNames } from './standard-transform.js';

const SIDE = 48;
const PIXELS = SIDE * SIDE;
const MAX_LINE = 2 ** 16;

/** By their numbers in the csv, which the folders are given as well. */
const emotions = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'];

const usages = {
  train: ['Training'],
  test: ['PublicTest', 'PrivateTest'],
  'public-test': ['PublicTest'],
  'private-test': ['PrivateTest'],
} as const;

const csvNames = ['fer2013.csv', 'icml_face_data.csv'];

/** A cache serves the folders; the csv is held in memory anyway. */
export interface FER2013Options
  extends Pick<ImageStoreOptions, 'cache' | 'onCache' | 'onCacheProgress'>,
    SampleOptions {
  /** The csv alone tells the two halves of the test set apart. @default 'train' */
  readonly split?: keyof typeof usages;
}

const readOptions = optionReader<FER2013Options>(
  'FER2013',
  { split: true, ...sampleNames, cache: true, onCache: true, onCacheProgress: true },
  { train: "train: false is split: 'test'" },
);

/**
 * Faces with seven expressions: 28,709 for training, 3,589 + 3,589 for testing, grey 48×48
 * (https://www.kaggle.com/c/challenges-in-representation-learning-facial-expression-recognition-challenge; it has no
 * public address). Reads the csv, or folders `train/angry/…`, with the same class numbers.
 *
 * @example const trainSet = await FER2013.open('data/fer2013', { split: 'train', transform });
 */
export const FER2013 = {
  /** @param root The folder with the csv or with `train` and `test`, or the one above it; otherwise the cache. */
  async open(
    root?: string,
    ...given: [options?: FER2013Options]
  ): Promise<ArrayImages | ImageFolder> {
    const { split = 'train', transform, targetTransform, ...cache } = readOptions(given);
    requireOneOf('FER2013', 'split', split, Object.keys(usages) as (keyof typeof usages)[]);
    const home = root ?? cacheFolder('datasets', 'fer2013');
    const sample = { ...(transform && { transform }), ...(targetTransform && { targetTransform }) };
    const folders = root === undefined ? [home] : [root, join(root, 'fer2013')];
    for (const folder of folders) {
      for (const name of csvNames) {
        const path = join(folder, name);
        if (await exists(path))
          return new ArrayImages(await readCsv(path, split), {
            ...sample,
            name: 'FER2013',
            root: folder,
            details: [`split=${split}`],
          });
      }
      if ((split === 'train' || split === 'test') && (await exists(join(folder, split))))
        return await ImageFolder.open(join(folder, split), {
          ...sample,
          channels: 1,
          classes: emotions,
          ...cache,
        });
    }
    throw notFound(
      'FER2013',
      home,
      folders.map((folder) => `${folder} (has no ${csvNames.join(', ')} nor folder ${split})`),
      'download it from Kaggle (it needs an account) and say where it is',
    );
  },
};

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Lines with an expression's number, 2,304 numbers with blanks between, and a usage. */
async function readCsv(path: string, split: keyof typeof usages): Promise<ImageArray> {
  const bytes = await readBytes(path);
  const columns = columnsOf(path, lineAt(bytes, 0).text.replace(/^ï»¿/, ''));
  const wanted: readonly string[] = usages[split];
  const pixels: Uint8Array[] = [];
  const targets: number[] = [];
  let number = 1;
  for (let at = lineAt(bytes, 0).next; at < bytes.length; ) {
    const { text, next } = lineAt(bytes, at);
    number++;
    if (next - at > MAX_LINE)
      throw new DataError(path, `line ${number} has ${next - at} bytes, which no picture has`);
    at = next;
    const fields = [...csvRows(path, text)][0]?.fields;
    if (fields === undefined) continue; // an empty line
    const usage = fields[columns.usage]?.trim() ?? '';
    if (
      !Object.values(usages)
        .flat()
        .some((known) => known === usage)
    )
      throw new DataError(
        path,
        `line ${number}: Usage ${quote(usage)}, one of Training, PublicTest, PrivateTest is required`,
      );
    if (!wanted.includes(usage)) continue;
    const emotion = fields[columns.emotion]?.trim() ?? '';
    if (!/^[0-6]$/.test(emotion))
      throw new DataError(
        path,
        `line ${number}: emotion ${quote(emotion)} is out of range, 0 to 6 are required`,
      );
    targets.push(Number(emotion));
    pixels.push(parsePixels(path, number, fields[columns.pixels] ?? ''));
  }
  if (targets.length === 0)
    throw new DataError(path, `no pictures with Usage ${wanted.join(' or ')}`);
  const all = new Uint8Array(new SharedArrayBuffer(targets.length * PIXELS));
  pixels.forEach((picture, i) => {
    all.set(picture, i * PIXELS);
  });
  return {
    height: SIDE,
    width: SIDE,
    channels: 1,
    pixels: all,
    targets: Uint8Array.from(targets),
    classes: emotions,
  };
}

function columnsOf(path: string, header: string) {
  const names = ([...csvRows(path, header)][0]?.fields ?? []).map((name) =>
    name.trim().toLowerCase(),
  );
  const [emotion, pixels, usage] = ['emotion', 'pixels', 'usage'].map((name) =>
    names.indexOf(name),
  );
  if (
    emotion === undefined ||
    pixels === undefined ||
    usage === undefined ||
    Math.min(emotion, pixels, usage) < 0
  )
    throw new DataError(
      path,
      `the header must name emotion, pixels and Usage (it is ${quote(header.trim())})`,
    );
  return { emotion, pixels, usage };
}

function lineAt(bytes: Buffer, start: number): { text: string; next: number } {
  const end = bytes.indexOf(0x0a, start);
  const stop = end < 0 ? bytes.length : end;
  const text = bytes.toString('latin1', start, Math.min(stop, start + MAX_LINE));
  return { text, next: stop + 1 };
}

function parsePixels(path: string, line: number, text: string): Uint8Array {
  const pixels = new Uint8Array(PIXELS);
  let count = 0;
  let value = -1; // none begun
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 0x20;
    if (code >= 0x30 && code <= 0x39) value = Math.max(value, 0) * 10 + code - 0x30;
    else if (code !== 0x20)
      throw new DataError(
        path,
        `line ${line}: ${quote(text[i] ?? '')} among the pixels; the file is damaged`,
      );
    else if (value >= 0) {
      if (value > 255)
        throw new DataError(
          path,
          `line ${line}: pixel ${count} is ${value}, 0 to 255 are required`,
        );
      if (count < PIXELS) pixels[count] = value;
      count++;
      value = -1;
    }
  }
  if (count !== PIXELS)
    throw new DataError(path, `line ${line}: ${count} pixels, ${PIXELS} (48×48) are required`);
  return pixels;
}
