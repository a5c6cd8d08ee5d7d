/**
 * The header of a `.npy` file (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): a magic, a version,
 * and a Python dict as text, of which nothing is evaluated.
 */
import { quote } from '../../core/outside-text.js';
import type { ReadFailure } from '../../core/regular-file.js';
import type { Shape } from '../../core/shape.js';
import type { EncodingName } from '../elements.js';

export interface NpyHeader {
  readonly encoding: EncodingName;
  readonly bigEndian: boolean;
  /** Whether the first index runs fastest. */
  readonly fortranOrder: boolean;
  readonly shape: Shape;
  /** Where the elements begin. */
  readonly dataStart: number;
}

const magic = Buffer.from('\x93NUMPY', 'latin1');

/** NumPy's element types that a tensor can hold, by kind and bytes. */
const encodingOf: Readonly<Record<string, EncodingName>> = {
  b1: 'BOOL',
  u1: 'U8',
  i1: 'I8',
  u2: 'U16',
  i2: 'I16',
  u4: 'U32',
  i4: 'I32',
  u8: 'U64',
  i8: 'I64',
  f2: 'F16',
  f4: 'F32',
  f8: 'F64',
};

/** NumPy's own limit, of version 2. */
const maxRank = 64;

/** NumPy's own is 10,000 letters. */
const maxHeaderBytes = 2 ** 16;

/** Whether bytes begin like a `.npy` file. */
export function isNpy(bytes: Uint8Array): boolean {
  return magic.equals(bytes.subarray(0, magic.length));
}

/** Reads the header at the beginning of a whole file. */
export function parseNpyHeader(bytes: Buffer, fail: ReadFailure): NpyHeader {
  if (!isNpy(bytes)) throw fail('is no .npy file: it does not begin with \\x93NUMPY');
  if (bytes.length < 12)
    throw fail(`${bytes.length} bytes, too few for a header: it was cut short`);
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3)
    throw fail(`its format has the version ${version}, those from 1 to 3 are read`);
  const textStart = version === 1 ? 10 : 12;
  const length = version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  if (length > maxHeaderBytes || textStart + length > bytes.length)
    throw fail(
      `its header has ${length} bytes, at most ${Math.min(maxHeaderBytes, bytes.length - textStart)} are possible: it was cut short or changed`,
    );
  const dataStart = textStart + length;
  const fields = readDict(bytes.toString('latin1', textStart, dataStart), fail);
  const { encoding, bigEndian } = typeOf(fields.get('descr') ?? '', fail);
  const fortranOrder = fields.get('fortran_order') === 'True';
  return {
    encoding,
    bigEndian,
    fortranOrder,
    shape: shapeOf(fields.get('shape') ?? '', fail),
    dataStart,
  };
}

/** A key with its value as written: a text, a truth value, a tuple of whole numbers, or the list of a structure's fields. */
const entry =
  /\s*(["'])(descr|fortran_order|shape)\1\s*:\s*("[^"]*"|'[^']*'|True|False|\([\d\s,L]*\)|\[)\s*(?:,|(?=\}))/y;

function readDict(text: string, fail: ReadFailure): ReadonlyMap<string, string> {
  const unreadable = () => fail(`its header is none of NumPy's: ${quote(text.trim())}`);
  const open = /^\s*\{/.exec(text);
  if (open === null) throw unreadable();
  const fields = new Map<string, string>();
  entry.lastIndex = open[0].length;
  let end = entry.lastIndex;
  for (let found = entry.exec(text); found !== null; found = entry.exec(text)) {
    const [, , key = '', value = ''] = found;
    if (fields.has(key)) throw fail(`its header has two values for ${key}`);
    fields.set(key, value);
    end = entry.lastIndex;
  }
  if (/^\s*(["'])descr\1\s*:\s*\[/.test(text.slice(end)))
    throw fail('holds structures, plain numbers are required: save each field of them as an array');
  const given = ['descr', 'fortran_order', 'shape'].map((key) => fields.get(key) ?? '');
  const [descr = '', order = '', shape = ''] = given;
  if (!/^\s*\}\s*$/.test(text.slice(end)) || !/^["']/.test(descr) || !/^[TF]/.test(order))
    throw unreadable();
  if (!shape.startsWith('(')) throw unreadable();
  return fields;
}

function typeOf(quoted: string, fail: ReadFailure): Pick<NpyHeader, 'encoding' | 'bigEndian'> {
  const descr = quoted.slice(1, -1);
  const [, order, type = ''] = /^([<>|=]?)(\w+)$/.exec(descr) ?? [];
  if (type === 'O')
    throw fail(
      'holds Python objects, which would have to be unpickled; save numbers: array.astype(float)',
    );
  const encoding = Object.hasOwn(encodingOf, type) ? encodingOf[type] : undefined;
  if (encoding === undefined)
    throw fail(
      `its elements are of type ${quote(descr)}, which no tensor can hold; readable are ${Object.keys(encodingOf).join(', ')}`,
    );
  return { encoding, bigEndian: order === '>' };
}

function shapeOf(tuple: string, fail: ReadFailure): Shape {
  const sizes = tuple.slice(1, -1).replace(/,\s*$/, '').split(',');
  if (sizes.length > maxRank) throw fail(`has ${sizes.length} dimensions, NumPy allows ${maxRank}`);
  const isScalar = /^\(\s*\)$/.test(tuple);
  const isTuple = tuple.includes(',') && sizes.every((size) => /^\s*\d{1,16}L?\s*$/.test(size));
  if (!isScalar && !isTuple)
    throw fail(`its shape is ${quote(tuple)}, a tuple of sizes is required`);
  return isScalar ? [] : sizes.map((size) => Number.parseInt(size, 10));
}

/** The header of version 1 for a row-major array of `descr`, such as `<f4`: a multiple of 64 bytes, as NumPy's. */
export function npyHeader(descr: string, shape: Shape): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const bytes = Buffer.alloc(length, ' ');
  magic.copy(bytes);
  bytes.writeUInt8(1, 6);
  bytes.writeUInt8(0, 7);
  bytes.writeUInt16LE(length - 10, 8);
  bytes.write(`${dict}`, 10, 'latin1');
  bytes.write('\n', length - 1);
  return bytes;
}
