/** The format of PyTorch 1.6 and later: a zip archive with the pickle as `<name>/data.pkl` and each storage as `<name>/data/<key>`. */
import type { FileHandle } from 'node:fs/promises';
import { CheckpointError } from '../../core/errors.js';
import { quote } from '../../core/outside-text.js';
import type { ReadFailure } from '../../core/regular-file.js';
import { unpickle } from '../pickle/unpickle.js';
import { ZipArchive } from '../zip.js';
import { torchGlobals } from './globals.js';
import { readPersistentId } from './persistent-id.js';
import { TensorBuilder, type TorchStorage } from './tensor-builder.js';

/** Reads the value that was saved, with its tensors. */
export async function readZipContainer(
  path: string,
  file: FileHandle,
  size: number,
  fail: ReadFailure,
): Promise<unknown> {
  const archive = await ZipArchive.open(file, size, fail);
  const root = rootOf(archive, fail);
  if (archive.sizeOf(`${root}byteorder`) !== undefined)
    requireLittleEndian((await archive.read(`${root}byteorder`)).toString('latin1'), fail);
  const builder = new TensorBuilder(size, fail);
  const storages = new Map<string, TorchStorage>();
  const place = ({ key }: TorchStorage) => `${root}data/${key}`;
  const { value } = unpickle(await archive.read(`${root}data.pkl`), {
    path,
    error: CheckpointError,
    globals: torchGlobals(builder),
    persistentLoad: (id) => {
      const storage = readPersistentId(id, fail);
      const known = storages.get(storage.key) ?? storage;
      if (known.bytes !== storage.bytes || known.encoding !== storage.encoding)
        throw fail(`storage ${quote(storage.key)} is described in two ways`);
      if (archive.sizeOf(place(known)) !== known.bytes)
        throw fail(
          `storage ${quote(known.key)} has ${archive.sizeOf(place(known)) ?? 'no'} bytes, its tensors need ${known.bytes}`,
        );
      storages.set(known.key, known);
      return known;
    },
  });
  for (const storage of [...builder.storages])
    await builder.fillFrom(storage, archive.pieces(place(storage)));
  return value;
}

/** What stands before `data.pkl` in its name. */
function rootOf(archive: ZipArchive, fail: ReadFailure): string {
  const names = [...archive.names];
  const pickles = names.filter((name) => /^[^/]*\/data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length > 1)
    throw fail(
      `is a zip archive with ${pickles.length} files data.pkl, one is required; it was not written by torch.save`,
    );
  const root = pickle.slice(0, -'data.pkl'.length);
  if (names.includes(`${root}constants.pkl`))
    throw fail(
      'is a TorchScript archive (torch.jit.save), which holds code; save state_dict() with torch.save',
    );
  return root;
}

function requireLittleEndian(order: string, fail: ReadFailure): void {
  if (order.trim() !== 'little')
    throw fail(`its numbers are in the byte order ${quote(order.trim())}, 'little' is required`);
}
