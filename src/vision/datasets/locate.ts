import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../core/errors.js';

/** Says where files were looked for and what was missing there, for the error when they are nowhere. */
export interface Search {
  /** For each of the wanted names, the path of a file; null when no folder has them all. */
  readonly files: readonly string[] | null;
  readonly tried: readonly string[];
}

/** The first of `folders` that holds all of `names`; a name ending in `.gz` may be there without it. */
export async function locate(
  folders: readonly string[],
  names: readonly string[],
): Promise<Search> {
  const tried: string[] = [];
  for (const folder of folders) {
    const files = await Promise.all(names.map((name) => present(folder, name)));
    const missing = names.filter((_, i) => files[i] === null);
    if (missing.length === 0) return { files: files.filter((file) => file !== null), tried };
    const exists = missing.length < names.length || (await isFolder(folder));
    tried.push(`${folder} (${exists ? `has no ${missing.join(', ')}` : 'does not exist'})`);
  }
  return { files: null, tried };
}

/** The error when a data set is nowhere: every place that was looked at, and what to do. */
export function notFound(
  name: string,
  path: string,
  tried: readonly string[],
  advice: string,
  cause?: unknown,
): DataError {
  const reason = cause instanceof Error ? `; ${cause.message}` : '';
  return new DataError(path, `no ${name} here; looked at ${tried.join(', ')}${reason}; ${advice}`, {
    cause,
  });
}

async function present(folder: string, name: string): Promise<string | null> {
  for (const candidate of [name, name.replace(/\.gz$/, '')]) {
    const path = join(folder, candidate);
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return null;
}

async function isFolder(path: string): Promise<boolean> {
  return await readdir(path).then(
    () => true,
    () => false,
  );
}
