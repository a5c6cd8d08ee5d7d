/** Pictures in folders: which files count, in which order they come, and what is passed over. */

import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DataError } from '../../core/errors.js';
import { systemReason } from '../../core/system-reason.js';
import { isReadableHere } from '../codecs/image-file.js';
import { byCodePoint } from './code-points.js';
import { PassedOver } from './passed-over.js';

/** What systems leave in folders, beside hidden files. */
const litter = ['__MACOSX', 'Thumbs.db', 'desktop.ini'];

/** The class folders of a data set and the pictures in them. Every folder is read once, whatever links lead to it. */
export class PictureFolders {
  private constructor(
    private readonly root: string,
    /** The names of the class folders, in code-point order. */
    readonly classes: readonly string[],
    /** The folders that are taken: links to them are passed over. */
    private readonly taken: Set<string>,
    private readonly passedOver: PassedOver,
  ) {}

  /** Looks for class folders in `root`. @throws DataError when there are none */
  static async open(root: string): Promise<PictureFolders> {
    const entries = await entriesOf(root);
    const classes = entries.filter(({ kind }) => kind === 'folder').map(({ name }) => name);
    const passedOver = new PassedOver(root);
    for (const { name, kind } of entries)
      if (kind === 'file' && (await isReadableHere(name))) passedOver.count('beside', name);
    if (classes.length === 0)
      throw new DataError(
        root,
        `no class folders${passedOver.total > 0 ? `, but ${passedOver.total} pictures` : ''}; ` +
          'put the pictures of each class into a folder with its name',
      );
    const taken = [root, ...classes.map((name) => join(root, name))].map(realPath);
    return new PictureFolders(root, classes, new Set(await Promise.all(taken)), passedOver);
  }

  /** The pictures of a class: those in its folder by name, then those of each folder below, by path. @throws DataError where there are none */
  async pictures(name: string): Promise<string[]> {
    const before = this.passedOver.total;
    const top = join(this.root, name);
    const paths = await picturesBelow(top, this.taken, this.passedOver);
    if (paths.length > 0) return paths;
    const there = this.passedOver.total - before;
    throw new DataError(
      top,
      `no pictures that can be read, by their endings${there === 0 ? '' : ` (${this.passedOver})`}; ` +
        `add some to the class, or remove the folder ${basename(top)}`,
    );
  }

  /** What was passed over so far, for people to read. */
  get notes(): readonly string[] {
    return this.passedOver.notes;
  }
}

/**
 * The pictures in a folder and those below, by path; what systems leave there and hidden files are none, and links count as
 * their target.
 *
 * @throws DataError where there are none, or a folder cannot be read
 */
export async function picturesIn(folder: string): Promise<string[]> {
  const passedOver = new PassedOver(folder);
  const paths = await picturesBelow(folder, new Set([await realPath(folder)]), passedOver);
  if (paths.length > 0) return paths.sort(byCodePoint);
  const there = passedOver.total === 0 ? '' : ` (${passedOver})`;
  throw new DataError(folder, `holds no pictures that can be read, by their endings${there}`);
}

/** The same without folders that are `taken`, in which those that it has read come; what is no picture is counted. */
async function picturesBelow(
  top: string,
  taken: Set<string>,
  passedOver: PassedOver,
): Promise<string[]> {
  const folders = [{ path: top, entries: await entriesOf(top) }];
  for (const { path, entries } of folders)
    for (const { name, kind } of entries) {
      if (kind !== 'folder') continue;
      const inner = join(path, name);
      const real = await realPath(inner);
      if (taken.has(real)) passedOver.count('link', inner);
      else folders.push({ path: inner, entries: await entriesOf(inner) });
      taken.add(real);
    }
  const paths: string[] = [];
  for (const { path, entries } of folders.sort((a, b) => byCodePoint(a.path, b.path)))
    for (const { name, kind } of entries) {
      if (kind === 'other') passedOver.count('special', name);
      else if (kind === 'file' && (await isReadableHere(name))) paths.push(join(path, name));
      else if (kind === 'file') passedOver.count('file', name);
    }
  return paths;
}

interface Entry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
}

/** What is in a folder, in code-point order, hidden files (`.DS_Store`, `._001.jpg`) aside. Links count as their target. */
async function entriesOf(folder: string): Promise<Entry[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw unreadable(folder, cause);
  });
  const visible = entries.filter(({ name }) => !name.startsWith('.') && !litter.includes(name));
  const followed = visible.map(async (entry): Promise<Entry> => {
    const target = entry.isSymbolicLink()
      ? await stat(join(folder, entry.name)).catch(() => null)
      : entry;
    const kind = target?.isDirectory() ? 'folder' : target?.isFile() ? 'file' : 'other';
    return { name: entry.name, kind };
  });
  return (await Promise.all(followed)).sort((a, b) => byCodePoint(a.name, b.name));
}

function realPath(folder: string): Promise<string> {
  return realpath(folder).catch((cause) => {
    throw unreadable(folder, cause);
  });
}

function unreadable(folder: string, cause: NodeJS.ErrnoException): DataError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such folder',
    ENOTDIR: 'a file, a folder with one folder per class is required',
  };
  const reason = reasons[cause.code ?? ''] ?? `cannot be read (${systemReason(cause)})`;
  return new DataError(folder, reason, { cause });
}
