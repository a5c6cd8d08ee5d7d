/** Files that are read from front to back: only regular ones, so that no pipe is waited for and no device is endless. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { reason } from './atomic.js';

/** Makes the error that says why a file cannot be read; the caller knows its kind. */
export type ReadFailure = (detail: string, cause?: unknown) => Error;

/** Calls `read` with the open file and its size in bytes, and closes it. */
export async function withRegularFile<T>(
  path: string,
  fail: ReadFailure,
  read: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((cause) => {
    throw fail(`cannot be read (${reason(cause)})`, cause);
  });
  try {
    const status = await file.stat();
    if (status.isDirectory()) throw fail('is a folder, a file is required');
    if (!status.isFile()) throw fail('is no regular file (a pipe, a socket or a device)');
    return await read(file, status.size);
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
        throw fail(`cannot be read (${reason(cause)})`, cause);
      });
    if (bytesRead === 0)
      throw fail(`became shorter while it was read: it ends at byte ${position + done}`);
    done += bytesRead;
  }
}
