/**
 * The safetensors format (https://github.com/huggingface/safetensors#format): eight bytes of header length, a JSON
 * header with dtype, shape and byte range of each tensor, then the bytes. It holds data only and can run nothing.
 */
import { CheckpointError, ValueError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import { withRegularFile } from '../core/regular-file.js';
import type { Tensor } from '../tensor/tensor.js';
import { writeFileAtomic } from './atomic.js';
import { decodeFrom, type SafetensorsFile } from './safetensors/decode.js';
import { encodeSafetensors } from './safetensors/encode.js';
import { fileSource } from './safetensors/file-source.js';

export { decodeSafetensors, type SafetensorsFile } from './safetensors/decode.js';
export { encodeSafetensors } from './safetensors/encode.js';

/**
 * Writes tensors to `path`, whole or not at all, with a checksum over all of it in the metadata (`wick.sha256`).
 *
 * @throws ValueError for a name that the format does not have
 */
export async function saveSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  if (/\.(pth|pt|th)$/i.test(path))
    throw new ValueError(
      'saveSafetensors',
      `${quote(path)} is a name for a file of PyTorch, one that ends in .safetensors is required`,
    );
  await writeFileAtomic(path, await encodeSafetensors(tensors, metadata));
}

/**
 * Reads a safetensors file: all of the format's element types but complex numbers and those below 8 bits. Half, bfloat16
 * and 8-bit floats become float32; whole numbers become int32, as `num_batches_tracked` of PyTorch's models.
 *
 * @throws CheckpointError when it is missing, damaged or against the specification, with the path
 */
export async function loadSafetensors(path: string): Promise<SafetensorsFile> {
  const fail = (detail: string, cause?: unknown) => new CheckpointError(path, detail, { cause });
  return await withRegularFile(path, fail, (file, size) =>
    decodeFrom(fileSource(file, size, fail), path),
  );
}
