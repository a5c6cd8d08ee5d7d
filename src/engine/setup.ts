/** What `wick setup` does: finds oneDNN, or fetches it where that takes no root, or says how to install it. */
import { EngineError } from '../core/errors.js';
import type { LibraryReport } from './onednn/onednn.js';
import { checkLibrary } from './onednn/setup/check-library.js';
import { hasApt } from './onednn/setup/debian-packages.js';
import { type Fetched, type FetchOptions, fetchLibrary } from './onednn/setup/fetch-library.js';
import { installLine } from './onednn/setup/install-line.js';

/** For the help of the command. */
export const whatSetupDoes = `The library is oneDNN, with which PyTorch computes too. It is looked for where
systems and conda install libraries. On Debian, Ubuntu and their kin it is
fetched otherwise: as their own packages, into wick's cache, so that nothing in
the system changes and no root is needed. Elsewhere you are told what installs it.`;

/** The engine that calls the library. */
export const libraryEngine = 'onednn';

export interface SetupOptions extends FetchOptions {
  /** Fetch even if a library is there that works. */
  readonly force: boolean;
}

export type SetupOutcome =
  | { readonly action: 'found'; readonly library: LibraryReport }
  | ({ readonly action: 'fetched' } & Fetched);

/** @throws EngineError where there is no library afterwards; the message says why, and what installs one */
export async function setUpLibrary({ force, say, signal }: SetupOptions): Promise<SetupOutcome> {
  const present = force ? undefined : await tryPresent(signal);
  if (typeof present === 'object') return { action: 'found', library: present };
  if (process.env.WICK_ONEDNN)
    throw new EngineError(
      'wick setup',
      present === undefined ? environmentHint : `${present}; ${environmentHint}`,
    );
  if (present !== undefined) say(present);
  if (!(await hasApt()))
    throw new EngineError(
      'wick setup',
      `this system has no apt to fetch oneDNN with; install it: ${await installLine()}`,
    );
  try {
    return { action: 'fetched', ...(await fetchLibrary({ say, signal })) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError(
      'wick setup',
      `${reason}; nothing was changed. To install it as root: ${await installLine()}`,
      { cause },
    );
  }
}

/** How to come by a library that works, in one line. */
export async function setupHint(): Promise<string> {
  return process.env.WICK_ONEDNN
    ? environmentHint
    : `To get the library: npx wick setup, or ${await installLine()}`;
}

const environmentHint =
  'WICK_ONEDNN is set, so that no other library is looked for: unset it or change it';

/** The library that the engine finds by itself, or why it does not work. */
async function tryPresent(signal: AbortSignal | undefined): Promise<LibraryReport | string> {
  try {
    return await checkLibrary(undefined, signal);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
