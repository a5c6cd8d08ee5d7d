/** Checks of constructor arguments. Options read back from JSON come through here too, so types are checked as well. */
import { ValueError } from '../../core/errors.js';
import { show } from '../../core/outside-text.js';
import type { Fill } from './pixels/fill.js';
import type { PaddingMode } from './pixels/pad.js';
import type { Interpolation } from './pixels/resample.js';

/** A lower and an upper bound. */
export type Range = readonly [low: number, high: number];

/** Throws unless `value` is a finite number from `low` to `high`. */
export function requireNumber(
  subject: string,
  name: string,
  value: number,
  low = Number.NEGATIVE_INFINITY,
  high = Number.POSITIVE_INFINITY,
): void {
  if (typeof value === 'number' && Number.isFinite(value) && value >= low && value <= high) return;
  throw new ValueError(subject, `${name}=${show(value)} must be a number${between(low, high)}`);
}

function between(low: number, high: number): string {
  if (Number.isFinite(low)) return Number.isFinite(high) ? ` from ${low} to ${high}` : ` ≥ ${low}`;
  return Number.isFinite(high) ? ` ≤ ${high}` : '';
}

/** Throws unless `value` is a whole number ≥ `low`. */
export function requireInteger(subject: string, name: string, value: number, low: number): void {
  if (Number.isInteger(value) && value >= low) return;
  throw new ValueError(subject, `${name}=${show(value)} must be a whole number ≥ ${low}`);
}

/** Throws unless `p` is a probability. */
export function requireProbability(subject: string, p: number): void {
  requireNumber(subject, 'p', p, 0, 1);
}

/** Throws unless `value` is a pair of numbers within `low` … `high`, the smaller first. */
export function requireRange(
  subject: string,
  name: string,
  value: Range,
  low = Number.NEGATIVE_INFINITY,
  high = Number.POSITIVE_INFINITY,
): void {
  const ok =
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((bound) => Number.isFinite(bound) && bound >= low && bound <= high) &&
    value[0] <= value[1];
  if (!ok)
    throw new ValueError(
      subject,
      `${name}=${show(value)} must be a pair [low, high] of numbers${between(low, high)}, low ≤ high`,
    );
}

/** `30` → `[−30, 30]`; a pair stays. */
export function symmetricRange(subject: string, name: string, value: number | Range): Range {
  if (typeof value === 'number') {
    requireNumber(subject, name, value, 0);
    return [-value, value];
  }
  requireRange(subject, name, value);
  return value;
}

/** Throws unless `value` is one of `allowed`. */
export function requireOneOf<T extends string>(
  subject: string,
  name: string,
  value: T,
  allowed: readonly T[],
): void {
  if (!allowed.includes(value))
    throw new ValueError(subject, `${name}=${show(value)} must be one of ${allowed.join(', ')}`);
}

const interpolations: readonly Interpolation[] = ['nearest', 'bilinear', 'bicubic'];
const paddingModes: readonly PaddingMode[] = ['constant', 'edge', 'reflect', 'symmetric'];

export function requireInterpolation(subject: string, value: Interpolation): void {
  requireOneOf(subject, 'interpolation', value, interpolations);
}

export function requirePaddingMode(subject: string, value: PaddingMode): void {
  requireOneOf(subject, 'paddingMode', value, paddingModes);
}

/** Throws unless `fill` is a number from 0 to 255 or a list of them. */
export function requireFill(subject: string, fill: Fill): void {
  const values: readonly number[] = typeof fill === 'number' ? [fill] : fill;
  const ok = Array.isArray(values) && values.length > 0 && values.every((v) => v >= 0 && v <= 255);
  if (!ok)
    throw new ValueError(
      subject,
      `fill=${show(fill)} must be a number from 0 to 255, or one for each channel`,
    );
}
