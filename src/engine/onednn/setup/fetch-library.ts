import { mkdir, mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { libraryCache } from '../find-library.js';
import type { LibraryReport } from '../onednn.js';
import { checkLibrary } from './check-library.js';
import { Apt, type DebianPackage, unpack } from './debian-packages.js';

export interface FetchOptions {
  /** Hears of each stage before it begins. */
  readonly say: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface Fetched {
  readonly library: LibraryReport;
  readonly packages: readonly DebianPackage[];
  /** Where it was put. */
  readonly folder: string;
}

/**
 * Fetches oneDNN as Debian's packages into the cache, in a folder named by its version. It is unpacked and tried in a
 * folder of another name first: what is in the cache works, and when this throws, nothing is left of what was fetched.
 */
export async function fetchLibrary({ say, signal }: FetchOptions): Promise<Fetched> {
  const cache = libraryCache();
  await mkdir(cache, { recursive: true });
  const staging = await mkdtemp(join(cache, '.fetch-'));
  try {
    const { packages, files } = await download(staging, { say, signal });
    const root = join(staging, 'root');
    for (const file of files) await unpack(file, root, signal);
    const unpacked = join(staging, 'library');
    await collectLibraries(root, unpacked);
    say('trying it in a process of its own');
    const library = await checkLibrary(unpacked, signal);
    const folder = join(cache, library.version);
    await replace(folder, unpacked, join(staging, 'old'));
    return {
      library: { ...library, path: join(folder, basename(library.path)) },
      packages,
      folder,
    };
  } finally {
    await rm(staging, { recursive: true, force: true });
    await rmdir(cache).catch(() => {}); // Only where it is empty.
  }
}

async function download(staging: string, { say, signal }: FetchOptions) {
  const from = async (apt: Apt, folder: string) => {
    const packages = await apt.libraryAndMissing();
    say(`downloading ${packages.map(({ name, version }) => `${name} ${version}`).join(', ')}`);
    return { packages, files: await apt.download(packages, join(staging, folder)) };
  };
  try {
    return await from(Apt.ofSystem(signal), 'packages');
  } catch (error) {
    if (!(error instanceof Error && listsAreOld.test(error.message))) throw error;
    say('fetching package lists, into the cache: the system has none, or old ones');
  }
  return await from(await Apt.withFreshLists(join(staging, 'apt'), signal), 'fresh-packages');
}

/** What apt says of packages that it does not know, and of versions that are no longer served. */
const listsAreOld =
  /no package of oneDNN|Unable to (locate|find)|no installation candidate|\b404\b/;

/** Moves all shared libraries under `root` into one folder, links among them included. */
async function collectLibraries(root: string, folder: string): Promise<void> {
  await mkdir(folder);
  const entries = await readdir(root, { recursive: true });
  for (const entry of entries.filter((name) => /\.so[\d.]*$/.test(name)))
    await rename(join(root, entry), join(folder, basename(entry)));
}

/** Puts `next` in the place of `folder`; what was there moves to `old`, and back if that fails. */
async function replace(folder: string, next: string, old: string): Promise<void> {
  const had = await rename(folder, old).then(
    () => true,
    () => false,
  );
  try {
    await rename(next, folder);
  } catch (error) {
    if (had) await rename(old, folder);
    throw error;
  }
}
