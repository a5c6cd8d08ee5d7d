/** The machine's oneDNN, for tests that need one. */
import { EngineError } from '../../../src/core/errors.js';
import {
  type LibraryCandidate,
  libraryCandidates,
} from '../../../src/engine/onednn/find-library.js';
import { OneDnn } from '../../../src/engine/onednn/library.js';
import {
  type OneDnnEngine,
  type OneDnnEngineOptions,
  openOneDnnEngine,
} from '../../../src/engine/onednn/onednn.js';

/** The first library that opens. Only what the engine itself refuses is passed over: other errors are for tests to show. */
function findLibrary(): (LibraryCandidate & { readonly library: OneDnn }) | undefined {
  for (const candidate of candidates())
    try {
      return { ...candidate, library: new OneDnn(candidate.path, candidate.preload) };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
  return undefined;
}

function candidates(): readonly LibraryCandidate[] {
  try {
    return libraryCandidates();
  } catch (error) {
    if (error instanceof EngineError) return []; // WICK_ONEDNN leads to none.
    throw error;
  }
}

const found = findLibrary();

/** The opened library; undefined where none is installed. */
export const machineLibrary = found?.library;

/** For the option `skip` of tests that need the library. */
export const withoutLibrary = found === undefined && 'oneDNN is not installed';

/** The same for tests of what it computes: on other CPUs the engine leaves all to its own kernels. */
export const withoutVectors =
  withoutLibrary || (machineLibrary?.lanes === 0 && 'oneDNN is not used on this CPU');

/** Engine `onednn` with the machine's library, to be stopped by the caller. */
export function openMachineEngine(options: OneDnnEngineOptions): OneDnnEngine {
  if (found === undefined) throw new Error('oneDNN is not installed: skip this test');
  return openOneDnnEngine(found.path, found.preload, options);
}
