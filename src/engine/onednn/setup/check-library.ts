import { execFile } from 'node:child_process';
import type { LibraryReport } from '../onednn.js';

/**
 * Opens the engine in a process of its own, which a broken library may take down; tells which library it found. Throws
 * with the reason where the engine does not open.
 *
 * @param folder where to look; without it, wherever the engine looks by itself
 */
export async function checkLibrary(folder?: string, signal?: AbortSignal): Promise<LibraryReport> {
  const env = { ...process.env, ...(folder !== undefined && { WICK_ONEDNN: folder }) };
  const options = { env, signal, timeout: 60_000 };
  const args = ['--input-type=module', '--eval', script];
  const answer = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, args, options, (error, stdout) => {
      if (error === null) return resolve(stdout);
      const end =
        error.killed === true ? 'did not end' : `ended with ${error.signal ?? error.code}`;
      reject(new Error(`the process that opened the library ${end}`, { cause: error }));
    });
  });
  const { library, problem } = JSON.parse(answer) as { library?: LibraryReport; problem?: string };
  if (library === undefined) throw new Error(problem ?? 'the engine opened without a library');
  return library;
}

const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
const script = `
  import ${module('../register.js')};
  import { engineReport, useEngine } from ${module('../../select.js')};
  try {
    useEngine('onednn');
    console.log(JSON.stringify(engineReport()));
  } catch (error) {
    console.log(JSON.stringify({ problem: error.message }));
  }`;
