/** Transforms print themselves as torchvision's do, in Python's literals, so that two pipelines can be compared line by line. */
import type { Json } from './transform.js';

/** `Name(first=1, second=(2, 3))`. */
export function printCall(name: string, options: Readonly<Record<string, string>>): string {
  const inside = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  return `${name}(${inside.join(', ')})`;
}

/** A value as Python writes it; lists as tuples. */
export function literal(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return tuple(value.map(literal));
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A float, which Python never writes without a point. */
export function float(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** `[1.0, 2.5]` */
export function floatList(values: readonly number[]): string {
  return `[${values.map(float).join(', ')}]`;
}

/** `(1.0, 2.5)` */
export function floatTuple(values: readonly number[]): string {
  return tuple(values.map(float));
}

function tuple(items: readonly string[]): string {
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
}

/** `Name(` and each line below it, indented: the form of transforms that hold others. */
export function printBlock(name: string, lines: readonly string[]): string {
  return `${name}(\n${lines.map((line) => `    ${line}`).join('\n')}\n)`;
}
