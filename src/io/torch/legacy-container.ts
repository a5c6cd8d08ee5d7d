/** The format before PyTorch 1.6: five pickles one after the other (a mark, a version, the machine, the value, the storages' keys), then the storages. */
import { CheckpointError } from '../../core/errors.js';
import { quote, show } from '../../core/outside-text.js';
import type { ReadFailure } from '../../core/regular-file.js';
import { encodings } from '../elements.js';
import { unpickle } from '../pickle/unpickle.js';
import { torchGlobals } from './globals.js';
import { readPersistentId } from './persistent-id.js';
import { TensorBuilder, type TorchStorage } from './tensor-builder.js';

const magic = 0x1950a86a20f9469cfc6cn;
const protocol = 1001;

/** Memory for the values of each pickle. */
const pickleBytes = 2 ** 26;

/** Reads the value that was saved, with its tensors. */
export function readLegacyContainer(path: string, bytes: Buffer, fail: ReadFailure): unknown {
  const builder = new TensorBuilder(bytes.length, fail);
  const storages = new Map<string, TorchStorage>();
  let offset = 0;
  const next = (): unknown => {
    const { value, end } = unpickle(bytes, {
      path,
      offset,
      error: CheckpointError,
      memoryBytes: pickleBytes,
      globals: torchGlobals(builder),
      persistentLoad: (id) => {
        const storage = readPersistentId(id, fail);
        const known = storages.get(storage.key) ?? storage;
        if (known.bytes !== storage.bytes || known.encoding !== storage.encoding)
          throw fail(`storage ${quote(storage.key)} is described in two ways`);
        storages.set(known.key, known);
        return known;
      },
    });
    offset = end;
    return value;
  };
  if (next() !== magic) throw fail('is a pickle, but not one that torch.save has written');
  const version = next();
  if (version !== protocol)
    throw fail(`is of version ${show(version)} of the old format, ${protocol} is read`);
  const machine = next();
  if (machine instanceof Map && machine.get('little_endian') === false)
    throw fail('its numbers are big-endian, little-endian ones are required');
  const value = next();
  const keys = next();
  if (!Array.isArray(keys)) throw fail('it has no list of storages');
  for (const key of keys as readonly unknown[]) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (storage === undefined)
      throw fail(`it lists storage ${show(key)}, of which it has no tensor`);
    if (!storages.delete(storage.key)) throw fail(`it lists storage ${quote(storage.key)} twice`);
    offset = fillFrom(bytes, offset, storage, builder, fail);
  }
  const [missing] = storages.keys();
  if (missing !== undefined) throw fail(`storage ${quote(missing)} is missing`);
  if (offset !== bytes.length)
    throw fail(`${bytes.length - offset} bytes follow its last storage; the file was changed`);
  return value;
}

/** Reads a storage, its number of elements and then these; returns where it ends. */
function fillFrom(
  bytes: Buffer,
  offset: number,
  storage: TorchStorage,
  builder: TensorBuilder,
  fail: ReadFailure,
): number {
  const start = offset + 8;
  const size = storage.encoding === null ? 1 : encodings[storage.encoding].size;
  const length = start <= bytes.length ? Number(bytes.readBigInt64LE(offset)) * size : Number.NaN;
  if (length !== storage.bytes || start + length > bytes.length)
    throw fail(
      `storage ${quote(storage.key)} of ${storage.bytes} bytes is cut short; fetch the file again`,
    );
  builder.fill(storage, bytes.subarray(start, start + length));
  return start + length;
}
