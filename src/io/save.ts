import { type Device, readDevice } from '../core/device.js';
import { optionReader } from '../core/options.js';
import type { StateDict } from '../nn/module.js';
import type { Tensor } from '../tensor/tensor.js';
import { loadTorch } from './load-torch.js';
import { loadNpz, saveNpz } from './numpy-files.js';
import { loadSafetensors, saveSafetensors } from './safetensors.js';
import { saveTorch } from './save-torch.js';

export interface LoadFileOptions {
  /** Where the tensors go. @default 'cpu' */
  mapLocation?: Device;
}

const readOptions = optionReader<LoadFileOptions>('load', { mapLocation: true });

/** Endings of files in PyTorch's own format. */
const torchName = /\.(pth|pt|th)$/i;

const numpyName = /\.npz$/i;

/**
 * Writes a state dict, whole or not at all: as `torch.save` does where `path` ends in `.pth` or `.pt`, as `np.savez` where
 * it ends in `.npz`, as safetensors otherwise.
 *
 * @example await save(model.stateDict(), 'model.pth')
 */
export async function save(state: ReadonlyMap<string, Tensor>, path: string): Promise<void> {
  if (torchName.test(path)) await saveTorch(path, state);
  else if (numpyName.test(path)) await saveNpz(path, state);
  else await saveSafetensors(path, state);
}

/**
 * Reads a state dict from a file of PyTorch's (`.pth`, `.pt`), of NumPy's (`.npz`), or a safetensors file.
 *
 * @throws CheckpointError when it is missing, damaged, or holds no state dict
 * @example model.loadStateDict(await load('model.pth'))
 */
export async function load(
  path: string,
  ...given: [options?: LoadFileOptions]
): Promise<StateDict> {
  const device = readDevice('load', readOptions(given).mapLocation ?? 'cpu');
  const state = await readState(path);
  for (const { storage } of state.values()) storage.moveTo(device, 'load');
  return state;
}

async function readState(path: string): Promise<StateDict> {
  if (torchName.test(path)) return (await loadTorch(path)).stateDict;
  if (numpyName.test(path)) return new Map(await loadNpz(path));
  return new Map((await loadSafetensors(path)).tensors);
}
