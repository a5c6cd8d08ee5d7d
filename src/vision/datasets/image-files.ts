/** Pictures in folders: which files count, and in which order they come. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../core/errors.js';
import { isImageFile } from '../codecs/image-file.js';
import { byCodePoint } from './code-points.js';

/** The names of the folders in `root`, in code-point order. @throws DataError when there are none */
export async function classFolders(root: string): Promise<string[]> {
  const entries = await entriesOf(root);
  const folders = entries.filter(({ isFolder }) => isFolder).map(({ name }) => name);
  if (folders.length > 0) return folders;
  const pictures = entries.filter(({ name }) => isImageFile(name)).length;
  throw new DataError(
    root,
    `no class folders${pictures > 0 ? `, but ${pictures} pictures` : ''}; ` +
      'put the pictures of each class into a folder with its name',
  );
}

/** The pictures in `folder` and below: sorted by name, then those of each folder in it. */
export async function imageFiles(
  folder: string,
  above: ReadonlySet<string> = new Set(),
): Promise<string[]> {
  const here = await realpath(folder);
  if (above.has(here)) return []; // a link that leads back to where it came from
  const entries = await entriesOf(folder);
  const files = entries.filter(({ isFolder, name }) => !isFolder && isImageFile(name));
  const paths = files.map(({ name }) => join(folder, name));
  const inside = new Set([...above, here]);
  for (const { isFolder, name } of entries)
    if (isFolder) paths.push(...(await imageFiles(join(folder, name), inside)));
  return paths;
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** What is in a folder, in code-point order, hidden files (`.DS_Store`, `._001.jpg`) aside. Links count as their target. */
async function entriesOf(folder: string): Promise<Entry[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw unreadable(folder, cause);
  });
  const visible = entries.filter(({ name }) => !name.startsWith('.'));
  const followed = visible.map(async (entry) => {
    const isFolder = entry.isSymbolicLink()
      ? await stat(join(folder, entry.name)).then(
          (target) => target.isDirectory(),
          () => false,
        )
      : entry.isDirectory();
    return { name: entry.name, isFolder };
  });
  return (await Promise.all(followed)).sort((a, b) => byCodePoint(a.name, b.name));
}

function unreadable(folder: string, cause: NodeJS.ErrnoException): DataError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such folder',
    ENOTDIR: 'a file, a folder with one folder per class is required',
  };
  const reason = reasons[cause.code ?? ''] ?? `cannot be read (${cause.code})`;
  return new DataError(folder, reason, { cause });
}
