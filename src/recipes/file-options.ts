import type { FileDatasetOptions } from '../vision/datasets/image-folder.js';
import type { ImageStoreOptions } from '../vision/datasets/image-store/image-store.js';
import type { ImageTransform } from '../vision/datasets/image-transform.js';
import { Compose } from '../vision/transforms/compose.js';
import { Resize } from '../vision/transforms/resize.js';
import type { OpenRequest } from './recipe.js';

/** The cache that a request wants. */
export function cacheOptions({
  cache = 'none',
  onCache,
}: OpenRequest): Pick<ImageStoreOptions, 'cache' | 'onCache'> {
  return { ...(cache !== 'none' && { cache }), ...(onCache && { onCache }) };
}

/** How files are opened for a request; a cache holds them as they are after the transform's own first `Resize`. */
export function fileOptions(
  request: OpenRequest,
  transform: ImageTransform,
): Omit<FileDatasetOptions, 'transform'> {
  const options = cacheOptions(request);
  const [first] = transform instanceof Compose ? transform.transforms : [];
  return {
    ...options,
    ...(options.cache !== undefined && first instanceof Resize && { prepare: first }),
    ...(request.classes && { classes: request.classes }),
  };
}
