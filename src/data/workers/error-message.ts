import {
  CaptureError,
  CheckpointError,
  DataError,
  DTypeError,
  EngineError,
  ShapeError,
  ValueError,
  WickError,
} from '../../core/errors.js';

const classes = { ShapeError, DTypeError, ValueError, EngineError, CaptureError, CheckpointError };

/** An error as it travels between threads, where classes are lost. */
export interface ErrorMessage {
  readonly name: string;
  readonly subject: string;
  readonly detail: string;
  /** Where it was thrown. */
  readonly stack: string;
}

export function packError(error: unknown): ErrorMessage {
  const stack = (error instanceof Error && error.stack) || String(error);
  if (!(error instanceof WickError))
    return { name: 'WickError', subject: 'DataLoader', detail: String(error), stack };
  const { name, subject, detail } = error;
  return { name, subject, detail, stack };
}

/** The same error in this thread; its `cause` shows where in the other thread it came from. */
export function unpackError({ name, subject, detail, stack }: ErrorMessage): WickError {
  const cause = new Error(detail);
  cause.stack = `in a worker thread: ${stack}`;
  if (name === 'DataError') return new DataError(subject, detail, { cause });
  const Class = Object.entries(classes).find(([key]) => key === name)?.[1] ?? WickError;
  return new Class(subject, detail, { cause });
}
