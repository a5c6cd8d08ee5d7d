/** Pictures from and to files. */
export { type DecodeOptions, decode, isImageFile } from './decode.js';
export {
  type ColorMode,
  type ImageFormat,
  type ImageHeader,
  readImageHeader,
  sniffFormat,
} from './header.js';
export { encodePng } from './sharp.js';
