import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cacheFolder } from '../../core/cache-folder.js';
import { DataError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { NumpyArray, numpyGlobals } from '../../io/pickle/numpy.js';
import { unpickle } from '../../io/pickle/unpickle.js';
import { ArrayImages, type ArrayImagesOptions, type ImageArray } from './array-images.js';
import { download } from './download/download.js';
import { locate, notFound } from './locate.js';
import { type OpenOptions, readOpenOptions, splitLine } from './mnist.js';
import { inflated, readBytes } from './read-bytes.js';
import { unpackTar } from './tar.js';

const SIDE = 32;
const PLANE = SIDE * SIDE;
const PIXELS = 3 * PLANE;
const RECORD = 1 + PIXELS;
const BATCH = 10_000;

const classNames = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

const archive = {
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  md5: 'c32a1d4ab5d03f1284b67883e8d87530',
  /** More bytes than it unpacks to. */
  unpacked: 2 ** 28,
  maxBytes: 2 ** 28, // it has 170 MB
};

/** The two forms in which CIFAR-10 is published. */
const forms = [
  { folder: 'cifar-10-batches-bin', suffix: '.bin', read: readBinary },
  { folder: 'cifar-10-batches-py', suffix: '', read: readPython },
] as const;

/**
 * Small photographs: 50,000 for training, 10,000 for testing, RGB 32×32, 10 classes
 * (https://www.cs.toronto.edu/~kriz/cifar.html). Reads the binary and the Python version.
 *
 * @example const trainSet = await CIFAR10.open(undefined, { split: 'train', transform });
 */
export class CIFAR10 extends ArrayImages {
  /** @param root The folder with the batches, or the one above it; otherwise the cache, and then the network. */
  static async open(root?: string, ...opening: [options?: OpenOptions]): Promise<CIFAR10> {
    const {
      split = 'train',
      download: mayDownload = root === undefined,
      onProgress,
      ...options
    } = readOpenOptions('CIFAR10', opening);
    const home = root ?? cacheFolder('datasets');
    const tried: string[] = [];
    const given = { ...options, details: [splitLine(split)] };
    for (const { folder, suffix, read } of forms) {
      const places = root === undefined ? [join(home, folder)] : [root, join(root, folder)];
      const search = await locate(places, batchNames(split, suffix));
      if (search.files !== null) return await CIFAR10.read(search.files, read, given);
      tried.push(...search.tried);
    }
    const [{ folder, suffix, read }] = forms;
    const target = join(home, folder);
    const advice = `unpack ${basename(archive.url)} there`;
    if (!mayDownload) throw notFound('CIFAR-10', home, tried, `${advice}, or allow the download`);
    try {
      await fetchArchive(target, onProgress);
    } catch (cause) {
      throw notFound('CIFAR-10', home, tried, advice, cause);
    }
    const files = batchNames(split, suffix).map((name) => join(target, name));
    return await CIFAR10.read(files, read, given);
  }

  private static async read(
    files: readonly string[],
    read: (path: string) => Promise<Batch>,
    options: ArrayImagesOptions,
  ): Promise<CIFAR10> {
    const batches: Batch[] = [];
    const notes: string[] = [];
    for (const file of files) {
      const batch = await read(file);
      requireLabels(file, batch.labels);
      batches.push(batch);
      if (batch.labels.length !== BATCH)
        notes.push(`${file} holds ${batch.labels.length} images, the published one ${BATCH}`);
    }
    const root = dirname(files[0] ?? '');
    return new CIFAR10(joinBatches(batches), { ...options, root, notes });
  }
}

/** Images as the files have them, `[N, 3, 32, 32]`, and their class numbers. */
interface Batch {
  readonly planes: Uint8Array;
  readonly labels: Uint8Array;
}

function batchNames(split: 'train' | 'test', suffix: string): string[] {
  const names = split === 'train' ? [1, 2, 3, 4, 5].map((i) => `data_batch_${i}`) : ['test_batch'];
  return names.map((name) => name + suffix);
}

async function fetchArchive(folder: string, onProgress: OpenOptions['onProgress']): Promise<void> {
  const path = join(folder, '..', basename(archive.url));
  const checksum = { algorithm: 'md5', hex: archive.md5 } as const;
  await download([archive.url], path, { checksum, maxBytes: archive.maxBytes, onProgress });
  await unpackTar(
    path,
    await inflated(path, await readBytes(path), () => archive.unpacked),
    folder,
  );
  await rm(path);
}

/** Records of a class number and 3 × 32 × 32 bytes. */
async function readBinary(path: string): Promise<Batch> {
  const bytes = await readBytes(path);
  const count = bytes.length / RECORD;
  if (count === 0 || !Number.isInteger(count))
    throw new DataError(
      path,
      `${bytes.length} bytes, a multiple of ${RECORD} (class number and 3×32×32 bytes) is required; fetch it again`,
    );
  const planes = new Uint8Array(count * PIXELS);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const record = bytes.subarray(i * RECORD, (i + 1) * RECORD);
    labels[i] = record[0] ?? 0;
    planes.set(record.subarray(1), i * PIXELS);
  }
  return { planes, labels };
}

/** A pickled dict with a NumPy array `data` [N, 3072] and a list `labels`. */
async function readPython(path: string): Promise<Batch> {
  const { value } = unpickle(await readBytes(path), { path, globals: numpyGlobals });
  const data = value instanceof Map ? value.get('data') : undefined;
  const labels = value instanceof Map ? value.get('labels') : undefined;
  if (!(data instanceof NumpyArray) || !(data.data instanceof Uint8Array) || !Array.isArray(labels))
    throw new DataError(path, "no batch of CIFAR-10: a dict with 'data' and 'labels' is required");
  if (data.shape.length !== 2 || data.shape[1] !== PIXELS || labels.length !== data.shape[0])
    throw new DataError(
      path,
      `data of shape ${formatShape(data.shape)} and ${labels.length} labels, ` +
        `[N,${PIXELS}] and N ≥ 1 are required`,
    );
  const bad = labels.findIndex((label) => !(Number.isInteger(label) && label >= 0 && label < 256));
  if (bad >= 0)
    throw new DataError(path, `label ${String(labels[bad])} of image ${bad} is no class number`);
  return { planes: data.data, labels: Uint8Array.from(labels) };
}

function requireLabels(path: string, labels: Uint8Array): void {
  if (labels.length === 0) throw new DataError(path, 'no images; fetch it again');
  const wrong = labels.findIndex((label) => label >= classNames.length);
  if (wrong >= 0)
    throw new DataError(
      path,
      `label ${labels[wrong]} of image ${wrong} is out of range, 0 to ${classNames.length - 1} are required`,
    );
}

/** All batches as one array of pictures `[N, 32, 32, 3]` in shared memory. */
function joinBatches(batches: readonly Batch[]): ImageArray {
  const count = batches.reduce((sum, { labels }) => sum + labels.length, 0);
  const pixels = new Uint8Array(new SharedArrayBuffer(count * PIXELS));
  const targets = new Uint8Array(new SharedArrayBuffer(count));
  let image = 0;
  for (const { planes, labels } of batches) {
    targets.set(labels, image);
    for (let i = 0; i < labels.length; i++, image++)
      for (let c = 0; c < 3; c++) {
        const source = i * PIXELS + c * PLANE;
        const target = image * PIXELS + c;
        for (let p = 0; p < PLANE; p++) pixels[target + 3 * p] = planes[source + p] as number;
      }
  }
  return { height: SIDE, width: SIDE, channels: 3, pixels, targets, classes: classNames };
}
