import { Rng } from '../../../core/rng.js';
import type { ModuleCall } from '../../../data/dataset.js';
import { decode } from '../../codecs/decode.js';
import type { Channels, Image, ImageSize } from '../../image.js';
import { maxPixels as defaultMaxPixels } from '../../transforms/limits.js';
import { transformFromJSON } from '../../transforms/registry.js';
import type { Transform, TransformJson } from '../../transforms/transform.js';
import type { ImageStore } from './image-store.js';

/** No cache: decodes the file each time. */
export class FileStore implements ImageStore {
  constructor(
    readonly channels: Channels,
    readonly prepare: Transform<Image, Image> | null,
    /** What pictures will be resized to next, if that is known. */
    readonly shrinkTo: ImageSize | null,
    readonly maxPixels: number = defaultMaxPixels,
  ) {}

  async get(index: number, path: string): Promise<Image> {
    const { shrinkTo, maxPixels } = this;
    const mode = this.channels === 1 ? 'grey' : 'rgb';
    const image = await decode(path, { mode, shrinkTo, maxPixels });
    return this.prepare === null ? image : this.prepare.apply(image, new Rng(0, 0, index));
  }

  workerSpec(): ModuleCall {
    const argument: FileStoreSpec = {
      channels: this.channels,
      prepare: this.prepare?.toJSON() ?? null,
      shrinkTo: this.shrinkTo,
      maxPixels: this.maxPixels,
    };
    return { module: import.meta.url, name: 'openFileStore', argument };
  }
}

interface FileStoreSpec {
  readonly channels: Channels;
  readonly prepare: TransformJson | null;
  readonly shrinkTo: ImageSize | null;
  readonly maxPixels: number;
}

/** @internal Makes the store in a worker thread. */
export function openFileStore(spec: FileStoreSpec): FileStore {
  const { channels, prepare, shrinkTo, maxPixels } = spec;
  const transform = prepare === null ? null : transformFromJSON(prepare);
  return new FileStore(channels, transform as Transform<Image, Image> | null, shrinkTo, maxPixels);
}
