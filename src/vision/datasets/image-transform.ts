import type { NdArray } from '../../graph/op.js';
import type { Image } from '../image.js';
import type { Transform } from '../transforms/transform.js';

/** What turns a data set's pictures into arrays. */
export type ImageTransform = Transform<Image, NdArray>;
