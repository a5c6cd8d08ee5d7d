/** The key of a safetensors file's metadata under which `model.wick` has its card. */
export const CARD = 'wick.model';
