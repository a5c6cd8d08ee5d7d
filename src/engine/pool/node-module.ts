/**
 * Node's modules, looked up when they are needed, not imported, so that a browser can load everything that imports this file.
 */
import { EngineError } from '../../core/errors.js';

interface NodeModules {
  readonly 'node:fs': typeof import('node:fs');
  readonly 'node:os': typeof import('node:os');
  readonly 'node:v8': typeof import('node:v8');
  readonly 'node:vm': typeof import('node:vm');
  readonly 'node:worker_threads': typeof import('node:worker_threads');
}

/** @throws EngineError where this is not Node */
export function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] {
  if (typeof process === 'undefined')
    throw new EngineError(
      'wasm',
      'this is not Node; in a browser call useEngine(await openBrowserEngine()) first',
    );
  return process.getBuiltinModule(name);
}
