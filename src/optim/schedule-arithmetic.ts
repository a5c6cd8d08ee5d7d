/** What schedules of learning rates are made of. */
import { ValueError } from '../core/errors.js';

/** Half a cosine from one number to the other: where it is after `share` of the way. */
export function cosine(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}

/** A line from one number to the other: where it is after `share` of the way. */
export function linear(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

/** Throws unless every named value is a number. */
export function requireNumbers(subject: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values))
    if (!Number.isFinite(value)) throw new ValueError(subject, `${name}=${value} must be a number`);
}

/** Throws unless every named number is from 0 to 1. */
export function requireShare(subject: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values))
    if (!(value >= 0 && value <= 1))
      throw new ValueError(subject, `${name}=${value} must be from 0 to 1`);
}
