import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { DataError } from '../../core/errors.js';

const inflate = promisify(gunzip);

/** What a compressed file may grow to: more than any data set here has. */
const MAX_BYTES = 2 ** 30;

/** A whole file, with a typed error when it cannot be read. */
export async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`;
    throw new DataError(path, reason, { cause });
  }
}

/** The bytes, inflated if they are gzipped. */
export async function inflated(path: string, bytes: Buffer): Promise<Buffer> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await inflate(bytes, { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(
      path,
      `the gzip stream of ${bytes.length} bytes is damaged or cut short (${reason}); fetch the file again`,
      { cause },
    );
  }
}
