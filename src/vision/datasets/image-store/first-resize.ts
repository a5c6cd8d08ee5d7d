import type { ImageSize } from '../../image.js';
import type { Json, TransformJson } from '../../transforms/transform.js';

/**
 * The size that a transform's first step, a smooth `Resize`, gives at least to both sides: a JPEG may then be decoded at
 * a fraction of its size. Null where something else comes first.
 */
export function firstResize({ name, ...options }: TransformJson): ImageSize | null {
  if (name === 'Compose') {
    const [first] = (options.transforms ?? []) as readonly TransformJson[];
    return first === undefined ? null : firstResize(first);
  }
  if (name !== 'Resize' || options.interpolation === 'nearest') return null;
  const size: Json | undefined = options.size;
  if (typeof size === 'number') return { height: size, width: size };
  const [height, width] = size as readonly [number, number];
  return { height, width };
}
