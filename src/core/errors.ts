import { printable, printableLines } from './outside-text.js';

/**
 * Every error that wick throws on purpose. The message is `subject: what was given, what is required[; what to do]`;
 * the fields carry the same facts for programs.
 */
export class WickError extends Error {
  /** Written out in each class: what makes pages smaller shortens the names of classes. */
  override name = 'WickError';
  /** What the message is about: an op, a class, an option or a file. */
  readonly subject: string;
  /** The message without its subject. */
  readonly detail: string;

  /** Names and text from outside may stand in both: what a terminal would obey is escaped. */
  constructor(subject: string, detail: string, options?: ErrorOptions) {
    const shown = printableLines(detail);
    super(`${printable(subject)}: ${shown}`, options);
    this.subject = subject;
    this.detail = shown;
  }
}

/** Shapes that do not fit together. */
export class ShapeError extends WickError {
  override name = 'ShapeError';
}

/** An element type that an op cannot take. */
export class DTypeError extends WickError {
  override name = 'DTypeError';
}

/** An argument outside its range, or a value that cannot be used (a NaN loss, an unknown option). */
export class ValueError extends WickError {
  override name = 'ValueError';
}

/** Where a training met a number that is not finite. */
export interface NotFinitePlace {
  /** Counted from 1. */
  readonly epoch: number;
  /** Within the epoch, or within the set that is measured, counted from 1; null where it is a weight after the epoch. */
  readonly batch: number | null;
  readonly split: 'train' | 'val' | 'test';
}

/** A loss or a weight that has become NaN or ∞: the training stops there, and what was saved before is whole. */
export class NotFiniteError extends ValueError {
  override name = 'NotFiniteError';

  constructor(
    subject: string,
    detail: string,
    readonly place: NotFinitePlace,
  ) {
    super(subject, detail);
  }
}

/** An engine that cannot be loaded or cannot do what was asked. */
export class EngineError extends WickError {
  override name = 'EngineError';
}

/** Reading a value, or anything else that a recorded step cannot honour. */
export class CaptureError extends WickError {
  override name = 'CaptureError';
}

/** A data file that is missing, damaged or not what its name says. */
export class DataError extends WickError {
  override name = 'DataError';
  /** The file or folder. */
  readonly path: string;

  constructor(path: string, detail: string, options?: ErrorOptions) {
    super(path, detail, options);
    this.path = path;
  }
}

/** A checkpoint or state dict that is damaged or does not fit the model. */
export class CheckpointError extends WickError {
  override name = 'CheckpointError';
}

/** An invariant of wick's own that does not hold: never the user's fault. */
export function internalError(detail: string): WickError {
  return new WickError('internal', `${detail}; please report this`);
}

/** The message of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
