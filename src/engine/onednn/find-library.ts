/**
 * Where oneDNN may lie: where WICK_ONEDNN says, where `wick setup` left it, or where systems and conda install libraries.
 * This goes by names; whether a file is a library that works shows when it is opened (library.ts).
 */
import { cacheFolderIn } from '../../core/cache-folder.js';
import { EngineError } from '../../core/errors.js';

export interface LibraryCandidate {
  /** Absolute. */
  readonly path: string;
  /** Libraries beside it that must be loaded first, in this order: no system looks for them there. */
  readonly preload: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `process` is one; tests make others. */
export interface System {
  readonly platform: string;
  readonly arch: string;
}

/**
 * The libraries to try, best first: only what WICK_ONEDNN names, if it is set; else what `wick setup` left, newest first;
 * then the system's, 3.x before 2.x.
 *
 * @throws EngineError where WICK_ONEDNN leads to none
 */
export function libraryCandidates(
  env: Environment = process.env,
  system: System = process,
): readonly LibraryCandidate[] {
  const named = env.WICK_ONEDNN;
  if (named) return namedLibraries(named, system);
  const fetched = cachedFolders(env).flatMap((folder) =>
    librariesIn(folder, system).map(withCompanions),
  );
  const installed = systemFolders(env, system).flatMap((folder) => librariesIn(folder, system));
  installed.sort((a, b) => (b.version[0] ?? 0) - (a.version[0] ?? 0));
  return withoutAliases([...fetched, ...installed.map(({ path }) => ({ path, preload: [] }))]);
}

/** The folder of what `wick setup` fetches, which has a folder for each version. Absolute. */
export function libraryCache(env: Environment = process.env): string {
  return nodePath().resolve(cacheFolderIn(env, 'onednn'));
}

function namedLibraries(named: string, system: System): readonly LibraryCandidate[] {
  const { resolve } = nodePath();
  const file = nodeFs().statSync(named, { throwIfNoEntry: false });
  if (file === undefined)
    throw new EngineError(
      'WICK_ONEDNN',
      `${named} does not exist; set it to the library ${namesFor(system)} or to its folder`,
    );
  if (!file.isDirectory()) return [withCompanions({ path: resolve(named) })];
  const found = librariesIn(resolve(named), system);
  if (found.length === 0)
    throw new EngineError(
      'WICK_ONEDNN',
      `the folder ${named} has no ${namesFor(system)}; set it to the library or to its folder`,
    );
  return withoutAliases(found.map(withCompanions));
}

interface Library {
  readonly path: string;
  /** As far as its name tells. */
  readonly version: readonly number[];
}

/** Libraries in a folder, newest first. */
function librariesIn(folder: string, { platform }: System): Library[] {
  const libraries: Library[] = [];
  for (const name of entriesOf(folder)) {
    const [path, version] = [nodePath().resolve(folder, name), versionIn(name, platform)];
    // A link may lead nowhere.
    if (version !== undefined && nodeFs().existsSync(path)) libraries.push({ path, version });
  }
  return libraries.sort((a, b) => compareVersions(b.version, a.version));
}

function versionIn(name: string, platform: string): readonly number[] | undefined {
  if (platform === 'win32') return name === 'dnnl.dll' ? [] : undefined;
  const pattern =
    platform === 'darwin'
      ? /^libdnnl\.([23](?:\.\d+)*)\.dylib$/
      : /^libdnnl\.so\.([23](?:\.\d+)*)$/;
  return pattern.exec(name)?.[1]?.split('.').map(Number);
}

function namesFor({ platform }: System): string {
  if (platform === 'win32') return 'dnnl.dll';
  return platform === 'darwin'
    ? 'libdnnl.3.dylib or libdnnl.2.dylib'
    : 'libdnnl.so.3 or libdnnl.so.2';
}

/** What Debian's builds need beside the C library, in the order to load them. */
const companions = ['libgomp.so.1', 'libOpenCL.so.1'];

function withCompanions({ path }: { readonly path: string }): LibraryCandidate {
  const { dirname, join } = nodePath();
  const beside = companions.map((name) => join(dirname(path), name));
  return { path, preload: beside.filter((companion) => nodeFs().existsSync(companion)) };
}

/** Folders that `wick setup` made, newest version first; what is being fetched has another kind of name. */
function cachedFolders(env: Environment): string[] {
  const cache = libraryCache(env);
  const versions = entriesOf(cache).filter((name) => /^\d+(\.\d+)*$/.test(name));
  versions.sort((a, b) => compareVersions(b.split('.').map(Number), a.split('.').map(Number)));
  return versions.map((version) => nodePath().join(cache, version));
}

/** Debian's names for machines. */
const multiarch: Readonly<Record<string, string>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
  ppc64: 'powerpc64le-linux-gnu',
  riscv64: 'riscv64-linux-gnu',
  s390x: 's390x-linux-gnu',
};

function systemFolders(env: Environment, { platform, arch }: System): string[] {
  const { join } = nodePath();
  const conda = env.CONDA_PREFIX;
  if (platform === 'win32')
    return [
      ...(conda ? [join(conda, 'Library', 'bin')] : []),
      ...(env.PATH ?? env.Path ?? '').split(';').filter((folder) => folder !== ''),
    ];
  const active = conda ? [join(conda, 'lib')] : [];
  if (platform === 'darwin') return [...active, '/opt/homebrew/lib', '/usr/local/lib'];
  return [
    ...(env.LD_LIBRARY_PATH ?? '').split(':').filter((folder) => folder !== ''),
    ...active,
    '/usr/local/lib64',
    '/usr/local/lib',
    ...(multiarch[arch] === undefined ? [] : [`/usr/lib/${multiarch[arch]}`]),
    '/usr/lib64',
    '/usr/lib',
  ];
}

/** Each file once: libdnnl.so.2 is a link to libdnnl.so.2.6, and a system may have two names for a folder. */
function withoutAliases(candidates: readonly LibraryCandidate[]): LibraryCandidate[] {
  const { realpathSync } = nodeFs();
  const seen = new Set<string>();
  return candidates.filter(({ path }) => {
    const real = realpathSync(path);
    return !seen.has(real) && seen.add(real);
  });
}

/** 3.10 is above 3.9; 3, the link to whichever is installed, is above both. */
function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x, y] = [a[i] ?? Number.MAX_SAFE_INTEGER, b[i] ?? Number.MAX_SAFE_INTEGER];
    if (x !== y) return x - y;
  }
  return 0;
}

/** Names in a folder; none where there is no such folder. */
function entriesOf(folder: string): string[] {
  try {
    return nodeFs().readdirSync(folder);
  } catch {
    return [];
  }
}

/** Looked up, not imported: browsers load this file with the engines. */
const nodeFs = () => process.getBuiltinModule('node:fs');
const nodePath = () => process.getBuiltinModule('node:path');
