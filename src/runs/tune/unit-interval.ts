/** Ranges as the unit interval, in which all of them are searched alike. */
import type { Dimension } from './space.js';

/** A number of 0–1 as a value of the range. */
export function fromUnit(dimension: Exclude<Dimension, { choice: unknown }>, unit: number): number {
  if ('int' in dimension) {
    const [low, high] = dimension.int;
    return Math.min(high, low + Math.floor(unit * (high - low + 1)));
  }
  if ('uniform' in dimension) {
    const [low, high] = dimension.uniform;
    return rounded(low + unit * (high - low));
  }
  const [low, high] = dimension.log;
  return Math.min(high, Math.max(low, rounded(low * (high / low) ** unit)));
}

/** Four digits: a fifth decides nothing, and people read them. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** A value of the range as a number of 0–1; a whole number as the middle of its share. */
export function toUnit(dimension: Exclude<Dimension, { choice: unknown }>, value: number): number {
  if ('int' in dimension) {
    const [low, high] = dimension.int;
    return (value - low + 0.5) / (high - low + 1);
  }
  if ('uniform' in dimension) {
    const [low, high] = dimension.uniform;
    return (value - low) / (high - low);
  }
  const [low, high] = dimension.log;
  return Math.log(value / low) / Math.log(high / low);
}
