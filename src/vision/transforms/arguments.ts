/** Checks of constructor arguments. Options read back from JSON come through here too, so types are checked as well. */
import { ValueError } from '../../core/errors.js';
import { show } from '../../core/outside-text.js';
import type { Size2d } from '../../core/shape.js';
import type { Fill } from '../pixels/fill.js';
import type { PaddingMode } from '../pixels/pad.js';
import type { Interpolation } from '../pixels/resample.js';
import { limits, type Range } from './limits.js';

export type { Range } from './limits.js';

const within = (value: unknown, [low, high]: Range): value is number =>
  typeof value === 'number' && value >= low && value <= high;

function refuse(subject: string, name: string, value: unknown, required: string): never {
  throw new ValueError(subject, `${name}=${show(value)} must be ${required}`);
}

const span = ([low, high]: Range) => `from ${low} to ${high}`;

/** Throws unless `value` is a number within `range`. */
export function requireNumber(subject: string, name: string, value: number, range: Range): void {
  if (!within(value, range)) refuse(subject, name, value, `a number ${span(range)}`);
}

/** Throws unless `value` is a whole number within `range`. */
export function requireInteger(subject: string, name: string, value: number, range: Range): void {
  if (!(within(value, range) && Number.isInteger(value)))
    refuse(subject, name, value, `a whole number ${span(range)}`);
}

/** Throws unless `p` is a probability. */
export function requireProbability(subject: string, p: number): void {
  requireNumber(subject, 'p', p, limits.share);
}

/** Throws unless `value` is a truth value. */
export function requireBoolean(subject: string, name: string, value: boolean): void {
  if (typeof value !== 'boolean') refuse(subject, name, value, 'true or false');
}

/** Throws unless `value` is a pair of numbers within `range`, the smaller first. */
export function requireRange(subject: string, name: string, value: Range, range: Range): void {
  if (!(isPair(value, range) && value[0] <= value[1]))
    refuse(subject, name, value, `a pair [low, high] of numbers ${span(range)}, low ≤ high`);
}

/** Throws unless `value` is a pair of numbers within `range`. */
export function requirePair(
  subject: string,
  name: string,
  value: readonly [number, number],
  range: Range,
): void {
  if (!isPair(value, range)) refuse(subject, name, value, `a pair of numbers ${span(range)}`);
}

function isPair(value: unknown, range: Range): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((item) => within(item, range));
}

/** `3` → `[3, 3]`; throws unless both are numbers of pixels within `range`. */
export function sidePair(
  subject: string,
  name: string,
  value: number | Size2d,
  range: Range = limits.side,
): Size2d {
  const pair = typeof value === 'number' ? ([value, value] as const) : value;
  if (isPair(pair, range) && pair.every(Number.isInteger)) return [pair[0], pair[1]];
  return refuse(subject, name, value, `a whole number ${span(range)} or a pair of them`);
}

/** `30` → `[−30, 30]`; a pair stays. */
export function symmetricRange(
  subject: string,
  name: string,
  value: number | Range,
  range: Range,
): Range {
  if (typeof value === 'number') {
    requireNumber(subject, name, value, [0, range[1]]);
    return [-value, value];
  }
  requireRange(subject, name, value, range);
  return value;
}

/** Throws unless `value` is one of `allowed`. */
export function requireOneOf<T extends string>(
  subject: string,
  name: string,
  value: T,
  allowed: readonly T[],
): void {
  if (!allowed.includes(value)) refuse(subject, name, value, `one of ${allowed.join(', ')}`);
}

const interpolations: readonly Interpolation[] = ['nearest', 'bilinear', 'bicubic'];
const paddingModes: readonly PaddingMode[] = ['constant', 'edge', 'reflect', 'symmetric'];

export function requireInterpolation(subject: string, value: Interpolation): void {
  requireOneOf(subject, 'interpolation', value, interpolations);
}

export function requirePaddingMode(subject: string, value: PaddingMode): void {
  requireOneOf(subject, 'paddingMode', value, paddingModes);
}

/** Throws unless `fill` is a byte or a list of one or three. */
export function requireFill(subject: string, fill: Fill): void {
  const values: readonly unknown[] | Fill = typeof fill === 'number' ? [fill] : fill;
  if (!isList(values, limits.byte))
    refuse(subject, 'fill', fill, 'a number from 0 to 255, or one for each channel');
}

/** Whether `values` is a list of numbers within `range`, as many as a picture may have channels. */
export function isList(values: unknown, range: Range): values is readonly number[] {
  return (
    Array.isArray(values) &&
    values.length > 0 &&
    values.length <= 1024 &&
    values.every((value) => within(value, range))
  );
}
