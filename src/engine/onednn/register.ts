import { EngineError, reasonOf } from '../../core/errors.js';
import { type EngineSettings, registerEngine } from '../registry.js';
import { libraryCandidates } from './find-library.js';
import { type OneDnnEngine, openOneDnnEngine } from './onednn.js';

const inNode = typeof process !== 'undefined';

registerEngine('onednn', openFirst, { automatic: inNode, replaceable: true });

/** The engine with the first library that works. */
function openFirst(settings: EngineSettings): OneDnnEngine {
  if (!inNode)
    throw new EngineError(
      'onednn',
      'calls a library of the system: it runs in Node only; use wasm',
    );
  const reasons: string[] = [];
  for (const { path, preload } of libraryCandidates())
    try {
      return openOneDnnEngine(path, preload, settings);
    } catch (error) {
      reasons.push(reasonOf(error));
    }
  throw new EngineError(
    'onednn',
    reasons.length === 0
      ? 'the library oneDNN is not installed; wick setup fetches it'
      : `no library works (${reasons.join('; ')}); wick doctor says what to do`,
  );
}
