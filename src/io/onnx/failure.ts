import { CheckpointError, reasonOf, WickError } from '../../core/errors.js';

/** Makes the error that says why a file is not read. */
export type OnnxFailure = (detail: string, cause?: unknown) => Error;

/** What `make` gives; what goes wrong in it without being told by `fail` is told by it now. */
export function orDamaged<T>(fail: OnnxFailure, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof CheckpointError) throw cause;
    if (cause instanceof WickError || cause instanceof RangeError)
      throw fail(`holds what cannot be made (${cause.message})`, cause);
    throw fail(`is damaged (${reasonOf(cause)})`, cause);
  }
}
