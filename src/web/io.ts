/** Files with weights, as bytes: what a page fetches, and what it offers for download. */
export { decodeSafetensors, type SafetensorsFile } from '../io/safetensors/decode.js';
export { encodeSafetensors } from '../io/safetensors/encode.js';
