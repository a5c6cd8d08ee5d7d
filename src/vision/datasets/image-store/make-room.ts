/** How large the caches on disk may become: those that were not used for the longest time make room for new ones. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { mebibytes } from '../../../core/budget.js';
import { ValueError } from '../../../core/errors.js';

const defaultGiB = 20;

/** What is left of a cache whose filling was broken off counts as abandoned after this time. */
const abandonedMs = 24 * 3600 * 1000;

/** The bytes that all caches on disk may take together: `WICK_IMAGE_CACHE` in GiB, or 20 GiB. */
export function diskLimit(text = process.env.WICK_IMAGE_CACHE): number {
  if (text === undefined || text === '') return defaultGiB * 2 ** 30;
  const gib = Number(text);
  if (!(gib > 0))
    throw new ValueError(
      'WICK_IMAGE_CACHE',
      `'${text}' must be a number of GiB above 0, such as 20`,
    );
  return gib * 2 ** 30;
}

/**
 * Removes the caches in `root` that were not used for the longest time until `neededBytes` more fit into `limitBytes`.
 *
 * @throws ValueError when they cannot fit at all
 */
export async function makeRoom(
  root: string,
  neededBytes: number,
  limitBytes: number,
): Promise<void> {
  if (neededBytes > limitBytes)
    throw new ValueError(
      'cache',
      `'disk' needs about ${mebibytes(neededBytes)}, ${mebibytes(limitBytes)} are allowed; ` +
        'raise WICK_IMAGE_CACHE (GiB), or prepare smaller pictures (prepare: new Resize(256))',
    );
  const names = await readdir(root).catch(() => []);
  const caches = await Promise.all(names.map((name) => measure(root, name)));
  let total = caches.reduce((sum, { sizeBytes }) => sum + sizeBytes, neededBytes);
  for (const { folder, sizeBytes, usedMs, unfinished } of caches.sort(
    (a, b) => a.usedMs - b.usedMs,
  )) {
    const abandoned = unfinished && Date.now() - usedMs > abandonedMs;
    if (!abandoned && (unfinished || total <= limitBytes)) continue;
    await rm(folder, { recursive: true, force: true });
    total -= sizeBytes;
  }
}

interface Cache {
  readonly folder: string;
  readonly sizeBytes: number;
  /** When one of its files was last written, or touched by being opened. */
  readonly usedMs: number;
  /** Its name is a temporary one: somebody fills it, or did not come to the end. */
  readonly unfinished: boolean;
}

async function measure(root: string, name: string): Promise<Cache> {
  const folder = join(root, name);
  const files = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    [folder, ...files.map((file) => join(folder, file))].map((path) =>
      stat(path).catch(() => null),
    ),
  );
  return {
    folder,
    sizeBytes: found.reduce((sum, status) => sum + (status?.size ?? 0), 0),
    usedMs: Math.max(...found.map((status) => status?.mtimeMs ?? 0)),
    unfinished: name.startsWith('.'),
  };
}
