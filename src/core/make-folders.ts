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
  let first: string | undefined;
  // Twice, whatever is there after the first time: others may make the same folders meanwhile.
  for (const isLast of [false, true])
    try {
      await mkdir(path);
      return first ?? path;
    } catch (error) {
      if (await isFolder(path)) return first;
      if (isLast || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      if (!(await isFolder(above))) first = await makeFolders(above);
    }
  return first;
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
}
