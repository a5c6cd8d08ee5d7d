/** NumPy's files: `.npy` holds one array, `.npz` is a zip archive of named ones. Pickled objects in them are refused. */
import { CheckpointError, ValueError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import { type ReadFailure, readFully, withRegularFile } from '../core/regular-file.js';
import { elementsToCome } from '../tensor/execute.js';
import type { Tensor } from '../tensor/tensor.js';
import { writeFileAtomic } from './atomic.js';
import { encodeNpy, NpyDecoder } from './npy/array.js';
import { isNpy } from './npy/header.js';
import { ZipArchive, zipOf } from './zip.js';

/**
 * Reads an array that `np.save` has written, in either order of its indices and of bytes. Halves become float32, whole
 * numbers int32 (uint8 stays), which they must fit.
 *
 * @throws CheckpointError when it is missing, damaged, or holds anything but plain numbers
 */
export async function loadNpy(path: string): Promise<Tensor> {
  const fail = failureOf(path);
  return await withRegularFile(path, fail, async (file, size) => {
    const bytes = Buffer.allocUnsafeSlow(size);
    await readFully(file, bytes, 0, fail);
    if (startsWith(bytes, 'PK'))
      throw fail('is an .npz file, of named arrays; read it with io.loadNpz(path)');
    return new NpyDecoder(size).decode(bytes, fail);
  });
}

/**
 * Reads the named arrays of `np.savez` or `np.savez_compressed`, each as `loadNpy` does.
 *
 * @throws CheckpointError when it is missing, damaged, unpacks to far more than its own bytes, or holds anything but plain numbers
 * @example const labels = (await io.loadNpz('mnist.npz')).get('y_train');
 */
export async function loadNpz(path: string): Promise<ReadonlyMap<string, Tensor>> {
  const fail = failureOf(path);
  return await withRegularFile(path, fail, async (file, size) => {
    const start = Buffer.alloc(Math.min(size, 6));
    await readFully(file, start, 0, fail);
    if (isNpy(start)) throw fail('is an .npy file, of one array; read it with io.loadNpy(path)');
    if (!startsWith(start, 'PK')) throw fail(`${size} bytes that are no .npz file`);
    const archive = await ZipArchive.open(file, size, fail);
    const decoder = new NpyDecoder(size);
    const arrays = new Map<string, Tensor>();
    for (const name of archive.names) {
      if (!name.endsWith('.npy')) throw fail(`holds ${quote(name)}, arrays (.npy) are required`);
      const inArray: ReadFailure = (detail, cause) => fail(`${quote(name)}: ${detail}`, cause);
      arrays.set(name.slice(0, -4), decoder.decode(await archive.read(name), inArray));
    }
    return arrays;
  });
}

/** Writes a tensor, whole or not at all, as `np.save` does: `np.load(path)` gives it. */
export async function saveNpy(path: string, tensor: Tensor): Promise<void> {
  await requireElements([tensor], 'saveNpy');
  await writeFileAtomic(path, encodeNpy(tensor));
}

/**
 * Writes named tensors, whole or not at all, as `np.savez` does: `np.load(path)['weight']` is one of them.
 *
 * @throws ValueError for a name that no file in an archive can have
 */
export async function saveNpz(path: string, tensors: ReadonlyMap<string, Tensor>): Promise<void> {
  for (const name of tensors.keys()) requireFileName(name);
  await requireElements(tensors.values(), 'saveNpz');
  const files = [...tensors].map(([name, tensor]) => ({
    name: `${name}.npy`,
    bytes: Buffer.concat(encodeNpy(tensor)),
  }));
  await writeFileAtomic(path, await zipOf(files));
}

function failureOf(path: string): ReadFailure {
  return (detail, cause) => new CheckpointError(path, detail, { cause });
}

function startsWith(bytes: Buffer, text: string): boolean {
  return bytes.toString('latin1', 0, text.length) === text;
}

async function requireElements(tensors: Iterable<Tensor>, caller: string): Promise<void> {
  const toCome = elementsToCome(tensors, caller);
  if (toCome !== undefined) await toCome;
}

/** A name that every zip library takes: no path that leads elsewhere, nothing that ends a text. */
function requireFileName(name: string): void {
  const isPath = name.startsWith('/') || /^[a-z]:/i.test(name) || name.split('/').includes('..');
  if (name !== '' && name.length <= 4096 && !isPath && !/[\p{Cc}\p{Cs}\\]/u.test(name)) return;
  throw new ValueError(
    'saveNpz',
    `${quote(name)} cannot be the name of a file in an archive; a name such as 'layer1.0.weight' is required`,
  );
}
