import { randomUUID } from 'node:crypto';
import { close, openSync, read } from 'node:fs';
import { mkdir, open, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { DataError } from '../../../core/errors.js';
import type { ModuleCall } from '../../../data/dataset.js';
import { type Channels, Image } from '../../image.js';
import { type CacheEntry, fillEntries } from './fill.js';
import type { ImageStore } from './image-store.js';

const readAt = promisify(read);

/** Closes the file of a store that nobody uses any more. */
const unused = new FinalizationRegistry<number>((file) => close(file));

/** Decoded pictures in a folder: `pixels.bin`, and `index.json`, which says where in it each of them is. */
export class DiskStore implements ImageStore {
  private constructor(
    private readonly folder: string,
    private readonly pixels: number,
    private readonly index: DiskIndex,
  ) {
    unused.register(this, pixels);
  }

  /** Opens a filled store, and notes the time as that of its last use; fails if there is none. */
  static async open(folder: string): Promise<DiskStore> {
    const file = join(folder, 'index.json');
    const index = JSON.parse(await readFile(file, 'utf8')) as DiskIndex;
    const now = new Date();
    await utimes(file, now, now).catch(() => {}); // a folder that may only be read
    return new DiskStore(folder, openSync(join(folder, 'pixels.bin'), 'r'), index);
  }

  /** Fills a store under a temporary name; it gets its own when it is complete. */
  static async fill(
    folder: string,
    count: number,
    channels: Channels,
    load: (index: number) => Promise<Image>,
    onProgress: (done: number) => void,
  ): Promise<DiskStore> {
    const temporary = join(dirname(folder), `.${randomUUID()}.tmp`);
    await mkdir(temporary, { recursive: true });
    try {
      const file = await open(join(temporary, 'pixels.bin'), 'wx');
      let used = 0;
      const keep = async ({ data }: Image): Promise<number> => {
        const place = used;
        used += data.length;
        await file.write(data, 0, data.length, place);
        return place;
      };
      const entries = await fillEntries(count, load, keep, onProgress).finally(() => file.close());
      const index: DiskIndex = { channels, entries };
      await writeFile(join(temporary, 'index.json'), JSON.stringify(index));
      return await DiskStore.publish(temporary, folder);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }

  /** Gives a complete store its name, unless another process was faster with the same one. */
  private static async publish(temporary: string, folder: string): Promise<DiskStore> {
    const taken = await rename(temporary, folder).then(
      () => false,
      () => true,
    );
    const store = await DiskStore.open(folder).catch(() => null);
    if (store !== null) return store;
    if (taken) await rm(folder, { recursive: true, force: true }); // a damaged one
    await rename(temporary, folder);
    return await DiskStore.open(folder);
  }

  async get(index: number, path: string): Promise<Image> {
    const { entries, channels } = this.index;
    const entry = entries[index];
    if (entry === undefined || 'error' in entry)
      throw new DataError(path, entry?.error ?? 'not in the cache');
    const { place, height, width } = entry;
    const data = new Uint8Array(height * width * channels);
    const { bytesRead } = await readAt(this.pixels, data, 0, data.length, place);
    if (bytesRead !== data.length)
      throw new DataError(
        join(this.folder, 'pixels.bin'),
        `cut short: ${bytesRead} of ${data.length} bytes at ${place}; remove the folder, it is made again`,
      );
    return new Image(height, width, channels, data);
  }

  workerSpec(): ModuleCall {
    return { module: import.meta.url, name: 'openDiskStore', argument: this.folder };
  }
}

interface DiskIndex {
  readonly channels: Channels;
  readonly entries: readonly CacheEntry[];
}

/** @internal Opens the store in a worker thread. */
export function openDiskStore(folder: string): Promise<DiskStore> {
  return DiskStore.open(folder);
}
