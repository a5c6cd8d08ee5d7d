import { ValueError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import { elementsToCome } from '../tensor/execute.js';
import type { Tensor } from '../tensor/tensor.js';
import { writeFileAtomic } from './atomic.js';
import { Pickler, type TorchValue } from './torch/pickler.js';
import { zipOf } from './zip.js';

/**
 * Writes a state dict, or a checkpoint around one, as `torch.save` does: `torch.load(path)` reads it, with `weights_only=True`
 * too. Maps and plain objects become dicts; int32 tensors become int64, PyTorch's type of whole numbers, as its
 * `num_batches_tracked`.
 *
 * @throws ValueError for a value that is no tensor and not plain, DataError when the file cannot be written
 * @example await io.saveTorch('model.pth', model.stateDict());
 */
export async function saveTorch(
  path: string,
  content: ReadonlyMap<string, Tensor> | TorchValue,
): Promise<void> {
  if (/\.safetensors$/i.test(path))
    throw new ValueError(
      'saveTorch',
      `${quote(path)} is a name for a safetensors file, one that ends in .pth or .pt is required`,
    );
  const pickler = new Pickler();
  const pickle = pickler.pickle(content);
  const toCome = elementsToCome(pickler.tensors, 'saveTorch');
  if (toCome !== undefined) await toCome;
  const storages = pickler.tensors.map((tensor, i) => ({
    name: `archive/data/${i}`,
    bytes: bytesOf(tensor),
  }));
  const files = [
    { name: 'archive/data.pkl', bytes: pickle },
    { name: 'archive/byteorder', bytes: Buffer.from('little') },
    ...storages,
    { name: 'archive/version', bytes: Buffer.from('3\n') },
  ];
  await writeFileAtomic(path, await zipOf(files));
}

/** The elements as the file has them. */
function bytesOf({ data, dtype }: Tensor): Uint8Array {
  if (dtype !== 'int32') return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const wide = BigInt64Array.from(data, BigInt);
  return new Uint8Array(wide.buffer);
}
