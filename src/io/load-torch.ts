/** Files of PyTorch (`.pth`, `.pt`, `.th`), read without being able to run what is in them. */
import { CheckpointError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { readFully, withRegularFile } from '../core/regular-file.js';
import type { StateDict } from '../nn/module.js';
import { findStateDict } from './torch/find-state-dict.js';
import { readLegacyContainer } from './torch/legacy-container.js';
import { readZipContainer } from './torch/zip-container.js';

export interface LoadTorchOptions {
  /** Under which name the file keeps the weights. @default the file's own value, or one of the usual names (`state_dict`, `model`, …) */
  readonly key?: string;
}

const readOptions = optionReader<LoadTorchOptions>('loadTorch', { key: true });

/** What a file of PyTorch holds. */
export interface TorchFile {
  /** The weights, without the prefix (`module.`) that `DataParallel` puts before their names. */
  readonly stateDict: StateDict;
  /** All that was saved: dicts as `Map`s, lists and tuples as arrays, tensors as `Tensor`s. */
  readonly content: unknown;
}

/**
 * Reads what `torch.save` has written, in the format of today (zip) or before PyTorch 1.6: a state dict, or a checkpoint with
 * one in it. Half, bfloat16 and 8-bit floats become float32, whole numbers int32; tensors that are views come as they are seen.
 * The file may ask only for tensors and plain values: a pickled module, which would run code, is refused by name.
 *
 * @throws CheckpointError when it is missing, damaged, holds no state dict or more than plain values
 * @example model.loadStateDict((await io.loadTorch('resnet18.pth')).stateDict);
 */
export async function loadTorch(
  path: string,
  ...given: [options?: LoadTorchOptions]
): Promise<TorchFile> {
  const { key } = readOptions(given);
  const fail = (detail: string, cause?: unknown) => new CheckpointError(path, detail, { cause });
  const content = await withRegularFile(path, fail, async (file, size) => {
    const start = Buffer.alloc(Math.min(size, 10));
    await readFully(file, start, 0, fail);
    if (start.toString('latin1', 0, 4) === 'PK\x03\x04')
      return await readZipContainer(path, file, size, fail);
    if (start[8] === 0x7b)
      throw fail(
        'is a safetensors file, not one of PyTorch; read it with io.loadSafetensors(path)',
      );
    if (start[0] !== 0x80)
      throw fail(
        `${size} bytes that no torch.save has written; it was cut short, or is another file`,
      );
    const bytes = Buffer.allocUnsafeSlow(size);
    await readFully(file, bytes, 0, fail);
    return readLegacyContainer(path, bytes, fail);
  });
  return { stateDict: findStateDict(content, key, fail), content };
}
