/** Pictures from and to files. */
export type { Bytes } from '../../core/plain-bytes.js';
export { type DecodeOptions, decode } from './decode.js';
export { type ImageFormat, sniffFormat } from './formats.js';
export { type ImageHeader, readImageHeader } from './header.js';
export { isImageFile } from './image-file.js';
export type { ColorMode } from './image-header.js';
export { encodePng } from './sharp.js';
