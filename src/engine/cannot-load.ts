import { EngineError, reasonOf } from '../core/errors.js';

/** The error of an engine of which WebAssembly, or a file of it, is not there. */
export function cannotLoad(engine: string, error: unknown): EngineError {
  return new EngineError(
    engine,
    `cannot be loaded (${reasonOf(error)}); choose reference, which runs anywhere`,
    { cause: error },
  );
}
