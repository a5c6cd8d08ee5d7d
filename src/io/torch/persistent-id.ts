import { quote, show } from '../../core/outside-text.js';
import { encodings } from '../elements.js';
import { GlobalReference } from '../pickle/globals.js';
import { storageEncodings } from './storage-types.js';
import { TorchStorage } from './tensor-builder.js';

/** What a pickle says of a storage outside it: `('storage', torch.FloatStorage, '0', 'cpu', 36864)`. */
export function readPersistentId(id: unknown, fail: (detail: string) => Error): TorchStorage {
  const [kind, type, key, , count, view] = Array.isArray(id) ? (id as readonly unknown[]) : [];
  if (kind !== 'storage' || !(type instanceof GlobalReference) || typeof key !== 'string')
    throw fail(`it refers to ${show(kind)} outside the pickle, a storage is required`);
  if (view !== undefined && view !== null)
    throw fail(
      `storage ${quote(key)} is a part of another, which only very old files have; load and save it with PyTorch`,
    );
  if (!Number.isSafeInteger(count) || (count as number) < 0)
    throw fail(`storage ${quote(key)} has ${show(count)} elements`);
  if (type.name === 'torch.storage UntypedStorage')
    return new TorchStorage(key, null, count as number);
  const encoding = storageEncodings.get(type.name);
  if (encoding === undefined)
    throw fail(`storage ${quote(key)} is a ${quote(type.name.replace(' ', '.'))}, which is none`);
  return new TorchStorage(key, encoding, (count as number) * encodings[encoding].size);
}
