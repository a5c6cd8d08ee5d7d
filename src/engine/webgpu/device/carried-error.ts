/** Errors as bytes, which shared memory carries from thread to thread: one of a reference kernel arrives as what it was. */
import { DTypeError, EngineError, reasonOf, ShapeError, ValueError } from '../../../core/errors.js';

const classes = { DTypeError, EngineError, ShapeError, ValueError };

type Carried = readonly [name: keyof typeof classes, subject: string, detail: string];

/** Characters of a message that fit in any answer. */
const longest = 1000;

export function packError(error: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(carried(error)));
}

function carried(error: unknown): Carried {
  for (const [name, kind] of Object.entries(classes))
    if (error instanceof kind)
      return [name as Carried[0], error.subject, error.detail.slice(0, longest)]; // A key of it.
  return ['EngineError', 'webgpu', reasonOf(error).slice(0, longest)];
}

export function unpackError(bytes: Uint8Array): Error {
  const [name, subject, detail] = JSON.parse(new TextDecoder().decode(bytes)) as Carried; // As it was packed.
  return new classes[name](subject, detail);
}
