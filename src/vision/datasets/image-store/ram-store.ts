import { type ModuleCall, makeFromSpec } from '../../../data/dataset.js';
import { type Channels, Image } from '../../image.js';
import type { FileStore } from './file-store.js';
import { type CacheEntry, fillEntries } from './fill.js';
import type { ImageStore } from './image-store.js';

/** Pixels lie one after the other in blocks of shared memory of this size; a larger picture gets its own. */
const BLOCK_BYTES = 2 ** 26;

/** Decoded pictures in shared memory. */
export class RamStore implements ImageStore {
  constructor(
    private readonly pack: RamPack,
    private readonly files: FileStore,
  ) {}

  static async fill(
    count: number,
    files: FileStore,
    load: (index: number) => Promise<Image>,
    onProgress: (done: number) => void,
  ): Promise<RamStore> {
    const blocks: Uint8Array[] = [];
    let used = 0;
    const keep = ({ data, height, width }: Image): CacheEntry => {
      let block = blocks.at(-1);
      if (block === undefined || used + data.length > block.length) {
        const size = Math.max(BLOCK_BYTES, data.length);
        block = new Uint8Array(new SharedArrayBuffer(size));
        blocks.push(block);
        used = 0;
      }
      block.set(data, used);
      used += data.length;
      return { place: (blocks.length - 1) * 2 ** 32 + used - data.length, height, width };
    };
    const entries = await fillEntries(count, load, keep, onProgress);
    return new RamStore({ channels: files.channels, blocks, entries }, files);
  }

  get(index: number, path: string): Image | Promise<Image> {
    const { blocks, entries, channels } = this.pack;
    const entry = entries[index] ?? null;
    if (entry === null) return this.files.get(index, path);
    const { place, height, width } = entry;
    const offset = place % 2 ** 32;
    const pixels = blocks[Math.floor(place / 2 ** 32)]?.subarray(
      offset,
      offset + height * width * channels,
    );
    return new Image(height, width, channels, pixels);
  }

  workerSpec(): ModuleCall {
    const argument: RamStoreSpec = { pack: this.pack, files: this.files.workerSpec() };
    return { module: import.meta.url, name: 'openRamStore', argument };
  }
}

/** The pictures: an entry's place is block number × 2³² + offset. */
interface RamPack {
  readonly channels: Channels;
  readonly blocks: readonly Uint8Array[];
  readonly entries: readonly CacheEntry[];
}

interface RamStoreSpec {
  readonly pack: RamPack;
  readonly files: ModuleCall;
}

/** @internal Opens the store in a worker thread, on the same memory. */
export async function openRamStore({ pack, files }: RamStoreSpec): Promise<RamStore> {
  return new RamStore(pack, await makeFromSpec<FileStore>(files));
}
