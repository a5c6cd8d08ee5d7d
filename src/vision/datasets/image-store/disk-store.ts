import { randomUUID } from 'node:crypto';
import { close, openSync, read } from 'node:fs';
import { type FileHandle, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { DataError, WickError } from '../../../core/errors.js';
import { makeFolders } from '../../../core/make-folders.js';
import { systemReason } from '../../../core/system-reason.js';
import { type ModuleCall, makeFromSpec } from '../../../data/dataset.js';
import { Image } from '../../image.js';
import { checksumOf, type DiskEntry, type DiskIndex, readIndex, writeIndex } from './disk-index.js';
import type { FileStore } from './file-store.js';
import { fillEntries } from './fill.js';
import type { ImageStore } from './image-store.js';

const readAt = promisify(read);

/** Closes the file of a store that nobody uses any more. */
const unused = new FinalizationRegistry<number>((file) => close(file));

/**
 * Decoded pictures in a folder: `pixels.bin`, and `index.json`, which says where in it each of them is. Nothing in it is
 * trusted: a picture whose checksum is wrong is decoded again from its file, and put back.
 */
export class DiskStore implements ImageStore {
  private constructor(
    private readonly folder: string,
    private readonly pixels: number,
    private readonly index: DiskIndex,
    private readonly files: FileStore,
  ) {
    unused.register(this, pixels);
  }

  /** Opens a filled store of `count` pictures, and notes the time as that of its last use; null if there is none that is whole. */
  static async open(folder: string, count: number, files: FileStore): Promise<DiskStore | null> {
    const path = join(folder, 'index.json');
    const pixels = join(folder, 'pixels.bin');
    try {
      const index = await readIndex(path, count);
      if (index.channels !== files.channels || (await stat(pixels)).size !== index.bytes)
        return null;
      const now = new Date();
      await utimes(path, now, now).catch(() => {}); // a folder that may only be read
      return new DiskStore(folder, openSync(pixels, 'r'), index, files);
    } catch {
      return null; // It is filled anew, whatever is wrong with it.
    }
  }

  /**
   * Fills a store under a temporary name; it gets its own when it is complete.
   *
   * @throws DataError when the disk is full or may not be written
   */
  static async fill(
    folder: string,
    paths: readonly string[],
    files: FileStore,
    onProgress: (done: number) => void,
  ): Promise<DiskStore> {
    const temporary = join(dirname(folder), `.${randomUUID()}.tmp`);
    try {
      await makeFolders(temporary);
      await writeStore(temporary, paths, files, onProgress);
      return await DiskStore.publish(temporary, folder, paths.length, files);
    } catch (cause) {
      if (cause instanceof WickError || !isSystemError(cause)) throw cause;
      throw new DataError(
        folder,
        `the cache cannot be filled (${systemReason(cause)}); ` +
          'make room or choose another place with WICK_CACHE, or do without a cache',
        { cause },
      );
    } finally {
      await rm(temporary, { recursive: true, force: true }).catch(() => {});
    }
  }

  /** Gives a complete store its name, unless another process was faster with the same one. */
  private static async publish(
    temporary: string,
    folder: string,
    count: number,
    files: FileStore,
  ): Promise<DiskStore> {
    const taken = await rename(temporary, folder).then(
      () => false,
      () => true,
    );
    const store = await DiskStore.open(folder, count, files);
    if (store !== null) return store;
    if (taken) {
      await rm(folder, { recursive: true, force: true }); // a damaged one
      await rename(temporary, folder);
    }
    const second = await DiskStore.open(folder, count, files);
    if (second !== null) return second;
    throw new DataError(folder, 'the cache was changed while it was filled; try again');
  }

  async get(index: number, path: string): Promise<Image> {
    const entry = this.index.entries[index] ?? null;
    if (entry === null) return await this.files.get(index, path);
    const image = await this.read(entry);
    if (image !== null && checksumOf(image, index) === entry[3]) return image;
    const fresh = await this.files.get(index, path);
    if (checksumOf(fresh, index) === entry[3]) await this.heal(fresh, entry);
    return fresh;
  }

  /** The picture as it lies on the disk; null where it cannot be read. */
  private async read([place, height, width]: NonNullable<DiskEntry>): Promise<Image | null> {
    const { channels, bytes } = this.index;
    const length = height * width * channels;
    if (place + length > bytes) return null;
    const data = new Uint8Array(length);
    const result = await readAt(this.pixels, data, 0, length, place).catch(() => null);
    return result?.bytesRead === length ? new Image(height, width, channels, data) : null;
  }

  private async heal({ data }: Image, [place]: NonNullable<DiskEntry>): Promise<void> {
    try {
      const file = await open(join(this.folder, 'pixels.bin'), 'r+');
      await writeFully(file, data, place).finally(() => file.close());
    } catch {
      // A folder that may only be read, or that is gone: the picture is there all the same.
    }
  }

  workerSpec(): ModuleCall {
    const { folder, files, index } = this;
    const argument: DiskStoreSpec = {
      folder,
      count: index.entries.length,
      files: files.workerSpec(),
    };
    return { module: import.meta.url, name: 'openDiskStore', argument };
  }
}

async function writeStore(
  folder: string,
  paths: readonly string[],
  files: FileStore,
  onProgress: (done: number) => void,
): Promise<void> {
  const file = await open(join(folder, 'pixels.bin'), 'wx');
  let bytes = 0;
  const keep = async (image: Image, index: number): Promise<DiskEntry> => {
    const place = bytes;
    bytes += image.data.length;
    await writeFully(file, image.data, place);
    return [place, image.height, image.width, checksumOf(image, index)];
  };
  const load = (index: number) => files.get(index, paths[index] ?? '');
  const entries = await fillEntries(paths.length, load, keep, onProgress).finally(() =>
    file.close(),
  );
  await writeIndex(join(folder, 'index.json'), { channels: files.channels, bytes, entries });
}

/** A disk that is nearly full takes a part, without an error. */
async function writeFully(file: FileHandle, data: Uint8Array, place: number): Promise<void> {
  for (let done = 0; done < data.length; ) {
    const { bytesWritten } = await file.write(data, done, data.length - done, place + done);
    done += bytesWritten;
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

interface DiskStoreSpec {
  readonly folder: string;
  readonly count: number;
  readonly files: ModuleCall;
}

/** @internal Opens the store in a worker thread; where it has gone meanwhile, the files. */
export async function openDiskStore({ folder, count, files }: DiskStoreSpec): Promise<ImageStore> {
  const store = await makeFromSpec<FileStore>(files);
  return (await DiskStore.open(folder, count, store)) ?? store;
}
