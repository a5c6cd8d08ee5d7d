/** How people lay out a folder of pictures, and which part of it is trained on. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../core/errors.js';
import type { FileImages } from '../vision/datasets/file-images.js';
import { type FileDatasetOptions, ImageFolder } from '../vision/datasets/image-folder.js';
import { ListFile } from '../vision/datasets/list-file.js';

/** A part of a folder of pictures: class folders, or a list file. */
export interface PicturePart {
  readonly kind: 'folder' | 'list';
  readonly path: string;
}

/** A part to train on and one to test on; no `test` where a part of `train` is to be held back for it. */
export interface FolderLayout {
  readonly train: PicturePart;
  readonly test: PicturePart | null;
  readonly notes: readonly string[];
}

/** A data set of files, with what is unusual about it. */
export type NotedFiles = FileImages & { readonly notes: readonly string[] };

/** What the part that is tested on may be called, the first that is there counting. */
const testNames = ['test', 'val', 'valid', 'validation'];
const listEndings = ['.txt', '.csv', '.tsv'];

/**
 * Finds the parts of `root`, in this order: list files `train.txt` and `test.txt` (or .csv, .tsv), folders `train/` and
 * `test/` with class folders in them, or class folders alone. `val`, `valid` and `validation` stand for `test` as well.
 *
 * @throws DataError when there is something to train on and nothing to test on
 */
export async function findLayout(root: string): Promise<FolderLayout> {
  const entries = await readdir(root, { withFileTypes: true }).catch((cause) => {
    const reason =
      cause.code === 'ENOENT' ? 'there is no such folder' : `cannot be read (${cause.code})`;
    throw new DataError(root, reason, { cause });
  });
  const names = new Set(entries.map(({ name }) => name));
  const listOf = (part: string) =>
    listEndings.map((ending) => part + ending).find((name) => names.has(name));
  const folderOf = (part: string) => (names.has(part) ? part : undefined);
  for (const [kind, find] of [
    ['list', listOf],
    ['folder', folderOf],
  ] as const) {
    const train = find('train');
    if (train === undefined) continue;
    const [test, ...unused] = testNames.map(find).filter((name) => name !== undefined);
    if (test === undefined)
      throw new DataError(
        root,
        `has ${train}, but nothing to test on (${testNames.map((name) => train.replace('train', name)).join(', ')}); ` +
          (kind === 'folder'
            ? `add it, or give ${join(root, train)} to have a part of it held back`
            : 'add it'),
      );
    return {
      train: { kind, path: join(root, train) },
      test: { kind, path: join(root, test) },
      notes: unused.map((name) => `${join(root, name)} is not used: ${test} is what is tested on`),
    };
  }
  return { train: { kind: 'folder', path: root }, test: null, notes: [] };
}

export function openPart(
  { kind, path }: PicturePart,
  options: FileDatasetOptions,
): Promise<NotedFiles> {
  return kind === 'list' ? ListFile.open(path, options) : ImageFolder.open(path, options);
}
