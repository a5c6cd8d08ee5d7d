import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { DataError } from '../core/errors.js';

export interface WriteOptions {
  /** Make the folders that `path` needs. Off where a folder that is gone says that somebody removed it. @default true */
  readonly makeFolders?: boolean;
  /** Called with the temporary name, before the older file is replaced: where it throws, that one stays. */
  readonly check?: (temporary: string) => Promise<void>;
}

/**
 * Writes a file whole or not at all: under a temporary name beside it, flushed to disk, then renamed over `path`; the
 * new name is on disk, too, when it returns.
 *
 * @throws DataError with the reason (no space, no permission); an older file at `path` is then still whole
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
  { makeFolders = true, check }: WriteOptions = {},
): Promise<void> {
  const temporary = join(dirname(path), temporaryName(basename(path)));
  try {
    if (makeFolders) await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      if (Array.isArray(content)) for (const part of content) await file.writeFile(part);
      else await file.writeFile(content as string | Uint8Array); // Array.isArray does not narrow readonly arrays
      await file.sync();
    } finally {
      await file.close();
    }
    await check?.(temporary);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {}); // What went wrong is told below.
    throw new DataError(path, `cannot be written (${reason(cause)}); nothing was changed`, {
      cause,
    });
  }
}

/** Flushes the names in a folder to disk, where the system lets folders be opened. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null);
  if (folder === null) return;
  try {
    await folder.sync().catch(() => {}); // some file systems have no such thing
  } finally {
    await folder.close();
  }
}

/** What a file system error says, without its call and path: `ENOSPC: no space left on device`. */
export function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split(',')[0] ?? message;
}

/** Process numbers mean something on one machine (or in one container) only. */
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
let made = 0;

/** A name that says who is writing, so that what a killed process leaves can be told from what a live one needs. */
function temporaryName(file: string): string {
  return `.${file.slice(0, 40)}.${host}-${process.pid}-${++made}.tmp`;
}

const temporaryPattern = /^\..*\.([0-9a-f]{8})-(\d+)-\d+\.tmp$/;

/** From this age on nobody is writing a file any more, whoever began it. */
const longAgoMs = 24 * 3600 * 1000;

/** Removes what dead processes have left of `writeFileAtomic` in a folder; where that is not allowed, it stays. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, writtenOn, pid] = temporaryPattern.exec(name) ?? [];
    if (pid === undefined) continue;
    const path = join(folder, name);
    const dead = writtenOn === host ? !isAlive(Number(pid)) : await isOld(path);
    if (dead) await rm(path, { force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0); // sends nothing
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function isOld(path: string): Promise<boolean> {
  const status = await stat(path).catch(() => null);
  return status !== null && Date.now() - status.mtimeMs > longAgoMs;
}
