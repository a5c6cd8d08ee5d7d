export { PictureSet, type PictureSetOptions } from './picture-set.js';
