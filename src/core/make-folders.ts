import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are missing; gives the uppermost that was made, undefined where all were there. Node's
 * own `recursive` never ends where a folder is called missing and nobody can make it, as in Linux's /proc.
 *
 * @throws what the system says
 */
export async function makeFolders(path: string): Promise<string | undefined> {
  const above = dirname(path);
  try {
    await mkdir(path);
    return path;
  } catch (error) {
    if (await isFolder(path)) return undefined;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!missing || (await isFolder(above))) throw error;
  }
  const first = await makeFolders(above);
  const own = await makeFolders(path);
  return first ?? own;
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
}
