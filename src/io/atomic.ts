import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DataError } from '../core/errors.js';

/**
 * Writes a file whole or not at all: under a temporary name beside it, flushed to disk, then renamed over `path`.
 *
 * @throws DataError with the reason (no space, no permission); an older file at `path` is then still whole
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      if (Array.isArray(content)) for (const part of content) await file.writeFile(part);
      else await file.writeFile(content as string | Uint8Array); // Array.isArray does not narrow readonly arrays
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {}); // What went wrong is told below.
    throw new DataError(path, `cannot be written (${reason(cause)}); nothing was changed`, {
      cause,
    });
  }
}

/** What a file system error says, without its call and path: `ENOSPC: no space left on device`. */
export function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split(',')[0] ?? message;
}
