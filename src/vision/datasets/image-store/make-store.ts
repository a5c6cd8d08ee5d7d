import { stat } from 'node:fs/promises';
import { freemem } from 'node:os';
import { mebibytes } from '../../../core/budget.js';
import { cacheFolder } from '../../../core/cache-folder.js';
import { ValueError } from '../../../core/errors.js';
import { digest } from '../../../data/fingerprint.js';
import { toTransform } from '../../transforms/lambda.js';
import { maxPixels as defaultMaxPixels } from '../../transforms/limits.js';
import type { ImageTransform } from '../image-transform.js';
import { DiskStore } from './disk-store.js';
import { FileStore } from './file-store.js';
import { estimateBytes } from './fill.js';
import type { ImageStore, ImageStoreOptions } from './image-store.js';
import { diskLimit, makeRoom } from './make-room.js';
import { RamStore } from './ram-store.js';

/** Makes the store for `paths`, to which `transform` will be applied; a cache is filled now, unless an earlier run has left it on disk. */
export async function makeStore(
  paths: readonly string[],
  transform: ImageTransform,
  {
    channels = 3,
    maxPixels = defaultMaxPixels,
    prepare: given,
    cache,
    shrinkOnLoad = true,
    onCache = () => {},
    onCacheProgress = () => {},
  }: ImageStoreOptions,
): Promise<ImageStore> {
  const prepare = given === undefined ? undefined : toTransform('prepare', given);
  const first = prepare ?? (cache === undefined ? transform : null);
  const shrinkTo = (shrinkOnLoad && first?.firstSize) || null;
  const files = new FileStore(channels, prepare ?? null, shrinkTo, maxPixels);
  if (cache === undefined) return files;
  const images = paths.length;
  const load = (index: number) => files.get(index, paths[index] ?? '');
  if (cache === 'ram') {
    const sizeBytes = await estimateBytes(images, load);
    onCache({ kind: cache, images, sizeBytes, folder: null });
    requireMemory(sizeBytes);
    return await RamStore.fill(images, files, load, onCacheProgress);
  }
  const folder = cacheFolder('images', await cacheKey(paths, files));
  const filled = await DiskStore.open(folder, images, files);
  if (filled !== null) return filled;
  const sizeBytes = await estimateBytes(images, load);
  onCache({ kind: cache, images, sizeBytes, folder });
  await makeRoom(cacheFolder('images'), sizeBytes, diskLimit());
  return await DiskStore.fill(folder, paths, files, onCacheProgress);
}

/** Changes with the files (path, size, time of change) and with how they are prepared. */
async function cacheKey(paths: readonly string[], files: FileStore): Promise<string> {
  const lines = await Promise.all(
    paths.map(async (path) => {
      const status = await stat(path).catch(() => null);
      return `${path}\t${status?.size}\t${status?.mtimeMs}`;
    }),
  );
  const how = JSON.stringify([files.channels, files.prepare, files.shrinkTo]);
  return digest(lines.join('\n'), how).replace('sha256:', '').slice(0, 32);
}

function requireMemory(sizeBytes: number): void {
  const free = freemem();
  if (sizeBytes > 0.8 * free)
    throw new ValueError(
      'cache',
      `'ram' needs about ${mebibytes(sizeBytes)}, ${mebibytes(free)} are free; ` +
        "use 'disk', or prepare smaller pictures (prepare: new Resize(256))",
    );
}
