/** The header of a safetensors file: what it holds and where, checked against the whole specification before a byte of it is read. */
import { CheckpointError } from '../../core/errors.js';
import { magic } from '../../core/magic.js';
import { quote, show } from '../../core/outside-text.js';
import { formatShape, numel, type Shape } from '../../core/shape.js';
import { type EncodingName, encodingNames, encodings, isEncodingName } from '../elements.js';
import { JsonScanner } from './scanner.js';

/** A tensor as the header describes it; its bytes count from the end of the header. */
export interface TensorEntry {
  readonly name: string;
  readonly encoding: EncodingName;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** In the order of their bytes, which follow each other without a gap. */
  readonly entries: readonly TensorEntry[];
  /** Without a prototype: `__proto__` is a key like any other. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The key that holds texts instead of a tensor. */
export const METADATA = '__metadata__';

/** The longest header that the format allows. */
const maxHeaderBytes = 100_000_000;

/** Bounds the memory that a header can ask for beyond its own bytes. */
const maxTensors = 2 ** 16;
const maxTextBytes = 2 ** 24;
const maxRank = 64;

/** Types of the format without a counterpart here. */
const unreadable = ['C64', 'F4', 'F6_E2M3', 'F6_E3M2', 'F8_E8M0'];

/** The length of the header of a file of `size` bytes, by its first eight. */
export function headerLength(start: Uint8Array, size: number, path: string): number {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const length = start.length >= 8 ? Number(view.getBigUint64(0, true)) : Number.NaN;
  if (length <= size - 8 && length <= maxHeaderBytes) return length;
  throw new CheckpointError(path, whatElse(start, size) ?? tooShort(length, size));
}

function tooShort(length: number, size: number): string {
  if (length <= size - 8)
    return `its header has ${length.toLocaleString('en')} bytes, the format allows ${maxHeaderBytes.toLocaleString('en')}`;
  return `${size} bytes, too few for its header; it was cut short, or is not a safetensors file`;
}

/** What a file is that begins like another format, if it is one that people have. */
function whatElse(start: Uint8Array, size: number): string | null {
  const [a, b] = start;
  if (size > 0 && ((a === 0x50 && b === 0x4b) || (a === 0x80 && (b ?? 9) <= 5)))
    return 'is a file of PyTorch, not of safetensors; read it with io.loadTorch(path)';
  const picture = pictures.find(({ begins }) => begins(start));
  if (picture !== undefined)
    return `is a ${picture.name} picture; weights are required: a run folder, or a file .wick or .safetensors`;
  return null;
}

/** Pictures that are given where a model belongs, such as the first of `wick predict`. Pages read weights, too, without the codecs' own list. */
const pictures = [
  { name: 'PNG', begins: magic('\x89PNG') },
  { name: 'JPEG', begins: magic('\xff\xd8\xff') },
  { name: 'GIF', begins: magic('GIF8') },
  { name: 'WebP', begins: magic('RIFF') },
  { name: 'HEIC or AVIF', begins: magic('????ftyp') },
];

/** Reads a header whose tensors must fill `bodyBytes` exactly. */
export function parseHeader(bytes: Uint8Array, bodyBytes: number, path: string): Header {
  const fail = (detail: string) => new CheckpointError(path, detail);
  if (bytes[0] !== 0x7b)
    throw fail("its header does not begin with '{'; it is not a safetensors file");
  const scanner = new JsonScanner(bytes, fail);
  const entries = new Map<string, TensorEntry>();
  let metadata: Record<string, string> | null = null;
  let textBytes = 0;
  const countText = (text: string) => {
    textBytes += text.length;
    if (textBytes > maxTextBytes)
      throw fail(`its names and metadata have over ${maxTextBytes.toLocaleString('en')} letters`);
  };
  scanner.object((name) => {
    countText(name);
    if (name === METADATA) {
      if (metadata !== null) throw fail(`${METADATA} stands there twice`);
      metadata = readMetadata(scanner, fail, countText);
      return;
    }
    if (entries.has(name)) throw fail(`tensor ${quote(name)} stands there twice`);
    if (entries.size === maxTensors)
      throw fail(`it has over ${maxTensors.toLocaleString('en')} tensors`);
    entries.set(name, readEntry(scanner, name, fail));
  });
  scanner.end();
  return {
    entries: inOrder([...entries.values()], bodyBytes, fail),
    metadata: metadata ?? Object.create(null),
  };
}

function readMetadata(
  scanner: JsonScanner,
  fail: (detail: string) => Error,
  countText: (text: string) => void,
): Record<string, string> {
  const metadata: Record<string, string> = Object.create(null);
  scanner.object((key) => {
    if (Object.hasOwn(metadata, key)) throw fail(`metadata ${quote(key)} stands there twice`);
    const value = scanner.string();
    countText(key);
    countText(value);
    metadata[key] = value;
  });
  return metadata;
}

function readEntry(
  scanner: JsonScanner,
  name: string,
  fail: (detail: string) => Error,
): TensorEntry {
  let dtype: string | null = null;
  let shape: number[] | null = null;
  let range: number[] | null = null;
  const numbers = (most: number, key: string): number[] => {
    const list: number[] = [];
    scanner.list(() => {
      if (list.length === most)
        throw fail(`tensor ${quote(name)} has over ${most} numbers as its ${key}`);
      list.push(scanner.wholeNumber());
    });
    return list;
  };
  const once = (value: unknown, key: string) => {
    if (value !== null) throw fail(`tensor ${quote(name)} has two values for ${key}`);
  };
  scanner.object((key) => {
    if (key === 'dtype') {
      once(dtype, key);
      dtype = scanner.string();
    } else if (key === 'shape') {
      once(shape, key);
      shape = numbers(maxRank, key);
    } else if (key === 'data_offsets') {
      once(range, key);
      range = numbers(2, key);
    } else scanner.skip();
  });
  return checkEntry(name, dtype, shape, range, fail);
}

function checkEntry(
  name: string,
  dtype: string | null,
  shape: readonly number[] | null,
  range: readonly number[] | null,
  fail: (detail: string) => Error,
): TensorEntry {
  const [begin, end] = range ?? [];
  if (dtype === null || shape === null || begin === undefined || end === undefined)
    throw fail(`tensor ${quote(name)} needs a dtype, a shape and two data_offsets`);
  if (!isEncodingName(dtype))
    throw fail(
      unreadable.includes(dtype)
        ? `tensor ${quote(name)} has dtype ${dtype}, which no tensor of wick can hold; readable are ${encodingNames.join(', ')}`
        : `tensor ${quote(name)} has the unknown dtype ${show(dtype)}; readable are ${encodingNames.join(', ')}`,
    );
  const size = shape.includes(0) ? 0 : numel(shape) * encodings[dtype].size;
  if (end - begin !== size)
    throw fail(
      `tensor ${quote(name)} ${formatShape(shape)} of ${dtype} needs ${size} bytes, its range ${begin}–${end} has ${end - begin}`,
    );
  return { name, encoding: dtype, shape, begin, end };
}

/** The entries by their place, which must follow each other without gap or overlap and fill the body. */
function inOrder(
  entries: TensorEntry[],
  bodyBytes: number,
  fail: (detail: string) => Error,
): TensorEntry[] {
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let place = 0;
  for (const { name, begin, end } of entries) {
    if (begin > place)
      throw fail(`bytes ${place}–${begin} before tensor ${quote(name)} belong to no tensor`);
    if (begin < place)
      throw fail(`tensor ${quote(name)} at ${begin}–${end} lies over the one before it`);
    place = end;
  }
  if (place > bodyBytes)
    throw fail(
      `its tensors need ${place} bytes, ${bodyBytes} are there; the file was cut short or changed`,
    );
  if (place < bodyBytes)
    throw fail(`${bodyBytes - place} bytes follow its last tensor; the file was changed`);
  return entries;
}
