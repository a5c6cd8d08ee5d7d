/**
 * Reading files that others have put there: regular ones only, so that no pipe is waited for and no device is endless, and no
 * more of them than memory can hold. For Node only.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { DataError } from './errors.js';
import { systemReason } from './system-reason.js';

/** Makes the error that says why a file cannot be read; the caller knows its kind. */
export type ReadFailure = (detail: string, cause?: unknown) => Error;

/** Opening a pipe must not wait for somebody to write into it. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

const notRegular = 'is a pipe or a device, a regular file is required';

/** Calls `read` with the open file and its size in bytes, and closes it. */
export async function withRegularFile<T>(
  path: string,
  fail: ReadFailure,
  read: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  const file = await open(path, flags).catch((cause: unknown) => {
    throw unreadable(cause, fail);
  });
  try {
    return await read(file, sizeOf(await file.stat(), fail));
  } finally {
    await file.close();
  }
}

/** Fills `target` with the file's bytes from `position`. */
export async function readFully(
  file: FileHandle,
  target: Uint8Array,
  position: number,
  fail: ReadFailure,
): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const length = Math.min(target.length - done, 2 ** 30);
    const { bytesRead } = await file
      .read(target, done, length, position + done)
      .catch((cause: unknown) => {
        throw unreadable(cause, fail);
      });
    if (bytesRead === 0) throw shorter(position + done, fail);
    done += bytesRead;
  }
}

/** The bytes of the regular file `path`, `maxBytes` at most. @throws DataError naming it when it cannot be read */
export async function readRegularFile(path: string, maxBytes: number): Promise<Buffer> {
  const fail = dataError(path);
  return await withRegularFile(path, fail, async (file, size) => {
    const bytes = room(size, maxBytes, fail);
    await readFully(file, bytes, 0, fail);
    return bytes;
  });
}

/** The same at once: for small files that are read in 20 µs, and waited for seven times as long. */
export function readRegularFileSync(path: string, maxBytes: number): Buffer {
  const fail = dataError(path);
  let file: number | undefined;
  try {
    file = openSync(path, flags);
    const bytes = room(sizeOf(fstatSync(file), fail), maxBytes, fail);
    for (let done = 0; done < bytes.length; ) {
      const bytesRead = readSync(file, bytes, done, bytes.length - done, done);
      if (bytesRead === 0) throw shorter(done, fail);
      done += bytesRead;
    }
    return bytes;
  } catch (cause) {
    throw cause instanceof DataError ? cause : unreadable(cause, fail);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function dataError(path: string): ReadFailure {
  return (detail, cause) => new DataError(path, detail, { cause });
}

/** What the file says of its size is all that is read, so that a file without end has one. */
function sizeOf(status: Stats, fail: ReadFailure): number {
  if (status.isDirectory()) throw fail('is a folder, a file is required');
  if (!status.isFile()) throw fail(notRegular);
  return status.size;
}

function room(size: number, maxBytes: number, fail: ReadFailure): Buffer {
  if (size > maxBytes) throw fail(`has ${size} bytes, at most ${maxBytes} are allowed`);
  return Buffer.allocUnsafeSlow(size);
}

function shorter(position: number, fail: ReadFailure): Error {
  return fail(`became shorter while it was read: it ends at byte ${position}`);
}

function unreadable(cause: unknown, fail: ReadFailure): Error {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return fail('there is no such file', cause);
  if (code === 'EISDIR') return fail('is a folder, a file is required', cause); // Windows does not open one
  if (code === 'ENXIO') return fail(notRegular, cause);
  return fail(`cannot be read (${systemReason(cause)})`, cause);
}
