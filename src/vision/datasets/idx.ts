/**
 * The idx format of MNIST's files: two zero bytes, the element type, the number of dimensions, each dimension as a
 * big-endian 32-bit number, then the elements in row-major order. Plain or gzipped.
 */
import { DataError } from '../../core/errors.js';
import { formatShape, numel, type Shape } from '../../core/shape.js';
import { inflated, readBytes } from './read-bytes.js';

const UINT8 = 0x08;

/** The bytes of an idx file and their shape. */
export interface IdxArray {
  readonly shape: Shape;
  readonly data: Uint8Array;
}

/**
 * Reads an idx file of bytes, gzipped or not, whatever its name.
 *
 * @param rank The number of dimensions that it must have: 3 for images `[N, H, W]`, 1 for labels `[N]`.
 * @throws DataError when it is missing, damaged, truncated or something else.
 */
export async function readIdx(path: string, rank: number): Promise<IdxArray> {
  const lengthOf = (start: Buffer) => headerBytes(rank) + numel(idxShape(path, start, rank));
  const bytes = await inflated(path, await readBytes(path), lengthOf);
  const shape = idxShape(path, bytes, rank);
  const expected = lengthOf(bytes);
  if (bytes.length !== expected)
    throw new DataError(
      path,
      `${bytes.length} bytes, but the header's shape ${formatShape(shape)} needs ${expected}; fetch the file again`,
    );
  return { shape, data: bytes.subarray(headerBytes(rank)) };
}

const headerBytes = (rank: number) => 4 + 4 * rank;

/** The shape that the first bytes announce. */
function idxShape(path: string, bytes: Buffer, rank: number): Shape {
  const start = [...bytes.subarray(0, 4)];
  if (start.length < 4 || start[0] !== 0 || start[1] !== 0)
    throw new DataError(
      path,
      `not an idx file (starts with ${hex(start)}, ${hex([0, 0, UINT8, rank])} is required)`,
    );
  if (start[2] !== UINT8 || start[3] !== rank)
    throw new DataError(
      path,
      `an idx file of element type 0x${hex([start[2] ?? 0])} and ${start[3]} dimensions, ` +
        `type 0x08 (bytes) and ${rank} are required; are images and labels mixed up?`,
    );
  if (bytes.length < headerBytes(rank))
    throw new DataError(
      path,
      `cut short: ${bytes.length} bytes, the header alone has ${headerBytes(rank)}`,
    );
  return Array.from({ length: rank }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
}

function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ') || 'nothing';
}
