/**
 * Weights that lie in files beside an ONNX file
 * (https://github.com/onnx/onnx/blob/main/docs/ExternalData.md): names of files, offsets and lengths are taken for the claims
 * they are. No file outside of the folder is opened, and no byte of one is read twice, so that a small file asks for no more
 * memory than its neighbours have bytes.
 */
import { realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { quote } from '../../core/outside-text.js';
import { readFully, withRegularFile } from '../../core/regular-file.js';
import type { OnnxFailure } from './failure.js';
import type { GraphProto, TensorProto } from './proto.js';

/** Where the elements of a tensor lie. */
interface Place {
  readonly tensor: TensorProto;
  readonly location: string;
  readonly offset: number;
  /** Up to the end of the file where it is not said. */
  readonly length: number | undefined;
}

/** Entries that say something else of the file than where in it the elements lie. */
const ignored: readonly string[] = ['checksum', 'basepath'];

/** The graph of the file `path`, with the elements of its weights in it. */
export async function withExternalData(
  graph: GraphProto,
  path: string,
  fail: OnnxFailure,
): Promise<GraphProto> {
  const { initializer = [] } = graph;
  const places = initializer.filter(isExternal).map((tensor) => placeOf(tensor, fail));
  if (places.length === 0) return graph;
  const read = new Map<TensorProto, Uint8Array>();
  for (const location of new Set(places.map((place) => place.location))) {
    const own = places.filter((place) => place.location === location);
    await readPlaces(await inFolder(path, location, fail), own, read, fail);
  }
  return {
    ...graph,
    initializer: initializer.map((tensor) => {
      const rawData = read.get(tensor);
      if (rawData === undefined) return tensor;
      const { dims, dataType, name } = tensor;
      return {
        ...(dims && { dims }),
        ...(dataType && { dataType }),
        ...(name && { name }),
        rawData,
      };
    }),
  };
}

function isExternal({ dataLocation = 0, externalData = [] }: TensorProto): boolean {
  return dataLocation !== 0 || externalData.length > 0;
}

function placeOf(tensor: TensorProto, fail: OnnxFailure): Place {
  const what = `tensor ${quote(tensor.name ?? '')}`;
  const said = new Map<string, string>();
  for (const { key = '', value = '' } of tensor.externalData ?? []) {
    if (said.has(key))
      throw fail(`${what} says ${quote(key)} twice of its elements in another file`);
    said.set(key, value);
  }
  const number = (key: string): number | undefined => {
    const text = said.get(key);
    said.delete(key);
    if (text === undefined || /^\d{1,15}$/.test(text))
      return text === undefined ? text : Number(text);
    throw fail(`${what} has its elements at ${key} ${quote(text)} of another file`);
  };
  const [offset = 0, length] = [number('offset'), number('length')];
  const location = said.get('location') ?? '';
  const others = [...said.keys()].filter((key) => key !== 'location' && !ignored.includes(key));
  if (others.length > 0)
    throw fail(`${what} says ${quote(others[0] ?? '')} of its elements, which is not read`);
  if (tensor.dataLocation !== 1 || location === '')
    throw fail(`${what} has its elements in another file, but does not say in which`);
  return { tensor, location, offset, length };
}

/** The path of a file in the folder of `path`, or below. */
async function inFolder(path: string, location: string, fail: OnnxFailure): Promise<string> {
  const folder = await realpath(dirname(path));
  const file = await realpath(join(folder, ...location.split(/[\\/]/))).catch((cause: unknown) => {
    throw fail(`has elements in ${quote(location)}, which is not there`, cause);
  });
  if (file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return file;
  throw fail(
    `has elements in ${quote(location)}; only files beside it, or in folders there, are read`,
  );
}

async function readPlaces(
  path: string,
  places: readonly Place[],
  read: Map<TensorProto, Uint8Array>,
  fail: OnnxFailure,
): Promise<void> {
  const failHere: OnnxFailure = (detail, cause) =>
    fail(`needs ${quote(path)}, which ${detail}`, cause);
  await withRegularFile(path, failHere, async (file, size) => {
    let end = 0;
    for (const { tensor, offset, length = size - offset } of places.toSorted(
      (a, b) => a.offset - b.offset,
    )) {
      const what = `tensor ${quote(tensor.name ?? '')}`;
      if (length < 0 || offset + length > size)
        throw fail(
          `${what} has its elements in bytes ${offset} to ${offset + length} of ${quote(path)}, which has ${size}`,
        );
      if (offset < end && length > 0)
        throw fail(`${what} shares bytes of ${quote(path)} with another, which is not read`);
      end = Math.max(end, offset + length);
      const bytes = new Uint8Array(length);
      await readFully(file, bytes, offset, failHere);
      read.set(tensor, bytes);
    }
  });
}
