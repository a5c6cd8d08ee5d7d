/**
 * Files of users' own code: JavaScript by `import()`, TypeScript by jiti, on any Node. `import … from 'wick'` in them is the
 * wick that runs, also where none, or another copy, is installed beside them: two copies would be two kinds of tensors.
 * For Node only.
 */
import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DataError, reasonOf, WickError } from './errors.js';
import { systemReason } from './system-reason.js';

/** The package's entry, which no file below it imports by name. */
const wickUrl = new URL('../index.js', import.meta.url);

type Exports = Readonly<Record<string, unknown>>;

export interface LoadedModule {
  /** Without symbolic links. */
  readonly path: string;
  /** Of the file's bytes, in hexadecimal digits. */
  readonly sha256: string;
  readonly exports: Exports;
}

/** Whether a name is that of a file with code. */
export function isCodeFile(path: string): boolean {
  return /\.[cm]?[jt]s$/i.test(path);
}

/** Modules by path and content: one that was changed is loaded anew. */
const loaded = new Map<string, Promise<Exports>>();

/** Runs a file, once as long as it is the same. @throws DataError that says what is wrong with it, and in which line */
export async function loadModule(file: string): Promise<LoadedModule> {
  const { path, sha256 } = await hashCode(file);
  const key = `${path}\n${sha256}`;
  const exports = loaded.get(key) ?? load(path, [...loaded.keys()].some(isOf(path)));
  loaded.set(key, exports);
  exports.catch(() => loaded.delete(key));
  return { path, sha256, exports: await exports };
}

/** Where a file is, without symbolic links, and the SHA-256 of what is in it. @throws DataError where there is none */
export async function hashCode(file: string): Promise<Omit<LoadedModule, 'exports'>> {
  try {
    const path = await realpath(file);
    const bytes = await readFile(path);
    return { path, sha256: createHash('sha256').update(bytes).digest('hex') };
  } catch (cause) {
    const reason = systemReason(cause);
    const none = reason.startsWith('ENOENT');
    throw new DataError(file, none ? 'there is no such file' : `cannot be read (${reason})`, {
      cause,
    });
  }
}

const isOf = (path: string) => (key: string) => key.startsWith(`${path}\n`);

async function load(path: string, again: boolean): Promise<Exports> {
  try {
    if (/ts$/i.test(path) || again || !findsWick(path)) return await transpiled(path);
    try {
      return (await import(pathToFileURL(path).href)) as Exports;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return await transpiled(path); // says the line, and takes `import` in a file of a CommonJS package
    }
  } catch (cause) {
    throw whatFailed(path, cause, 'threw');
  }
}

/** Whether `wick` means this package for a file at that place. */
function findsWick(path: string): boolean {
  try {
    return createRequire(path).resolve('wick') === fileURLToPath(wickUrl);
  } catch {
    return false;
  }
}

async function transpiled(path: string): Promise<Exports> {
  const { createJiti } = await import('jiti');
  const wick = (await import(wickUrl.href)) as Exports;
  const rooms = Object.entries(wick).flatMap(([name, room]) =>
    Object.prototype.toString.call(room) === '[object Module]' ? [[`wick/${name}`, room]] : [],
  );
  const virtualModules = { wick, ...Object.fromEntries(rooms) };
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    virtualModules,
  });
  return await jiti.import<Exports>(path);
}

/** A file as people name it: from the working folder on, where it is below it. */
export function shownPath(path: string): string {
  const near = relative('', path);
  return near === '' || near.startsWith('..') ? path : near;
}

/**
 * The error for what a user's file has thrown: `what` is `threw`, or which function of it did. The line is that of the file,
 * where the stack has it.
 */
export function whatFailed(path: string, cause: unknown, what: string): DataError {
  const file = shownPath(path);
  if (cause instanceof DataError && cause.path === file) return cause;
  const text = reasonOf(cause).replace(/\(0 , _\w+\.(\w+)\)/g, '$1'); // how jiti calls what is imported
  const [, detail, line, column] = /^ParseError: (.*?)\s*\n.*:(\d+):(\d+)/s.exec(text) ?? [];
  if (line !== undefined)
    return new DataError(file, `line ${line}, column ${column}: ${detail}`, { cause });
  const name = cause instanceof Error ? `${cause.name}: ` : '';
  const first = cause instanceof WickError ? text : (text.split('\n')[0] ?? '');
  const stack = cause instanceof Error ? (cause.stack ?? '') : '';
  const at = stack.indexOf(`${path}:`);
  const [, number] = /^:(\d+)/.exec(at < 0 ? '' : stack.slice(at + path.length)) ?? [];
  const where = number === undefined ? '' : ` (line ${number})`;
  return new DataError(file, `${what} ${name}${first}${where}`, { cause });
}
