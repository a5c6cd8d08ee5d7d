import { promisify } from 'node:util';
import { constants, gunzip } from 'node:zlib';
import { DataError } from '../../core/errors.js';
import { readRegularFile } from '../../core/regular-file.js';

const inflate = promisify(gunzip);

/** The most bytes of a data file, compressed or not: more than any data set here has. */
export const maxDataBytes = 2 ** 30;

/** The most bytes of a text that is held as one. */
const maxTextBytes = 2 ** 28;

/** How many times its size a gzip stream can grow, by its format. */
const mostGrowth = 1032;

/** A whole file, with a typed error when it cannot be read. */
export function readBytes(path: string): Promise<Buffer> {
  return readRegularFile(path, maxDataBytes);
}

/** A whole file of text in UTF-8. */
export async function readText(path: string): Promise<string> {
  return (await readRegularFile(path, maxTextBytes)).toString('utf8');
}

/**
 * The bytes, inflated if they are gzipped. `announced` tells from their start how many there are; nothing beyond that is
 * inflated, whatever else is in the stream.
 */
export async function inflated(
  path: string,
  bytes: Buffer,
  announced: (start: Buffer) => number,
): Promise<Buffer> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const start = await inflate(bytes.subarray(0, 4096), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: 4096 * mostGrowth,
    });
    const size = announced(start);
    if (size > Math.min(maxDataBytes, bytes.length * mostGrowth))
      throw new DataError(
        path,
        `announces ${size} bytes, which ${bytes.length} gzipped ones cannot hold; fetch it again`,
      );
    return await inflate(bytes, { maxOutputLength: Math.max(1, size) });
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    if (cause instanceof RangeError)
      throw new DataError(path, 'its gzip stream holds more than its header announces', { cause });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(
      path,
      `the gzip stream of ${bytes.length} bytes is damaged or cut short (${reason}); fetch the file again`,
      { cause },
    );
  }
}
