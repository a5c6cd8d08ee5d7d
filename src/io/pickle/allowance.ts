/**
 * What a pickle may take. An instruction of one byte can make a dict, and one of three bytes can copy a list that another has
 * made; so all that is made is counted by the memory that it takes, and never given back: that bounds time, too.
 */

/** Bytes that the parts of values take in V8, roughly and rather more than less. */
export const cost = {
  /** A value on the stack, or in a tuple. */
  place: 8,
  /** A value in a list, which has room for more. */
  item: 20,
  number: 16,
  list: 64,
  /** Of a dict or a set, and of each entry in it. */
  table: 208,
  entry: 56,
  /** A text beside its letters. */
  text: 32,
  /** An object made by an entry of the allow-list. */
  object: 320,
} as const;

/** The most values on the stack, and in the memo: Python itself puts 1000 items of a list there at a time. */
export const maxStack = 2 ** 20;
export const maxMemo = 2 ** 20;

/** The most lists, dicts and tuples that are begun within each other. */
export const maxMarks = 2 ** 14;

/** Allowed beside twice the bytes of the pickle. */
export const baseBytes = 2 ** 26;

export class Allowance {
  constructor(
    private left: number,
    private readonly fail: (detail: string) => Error,
  ) {}

  charge(bytes: number): void {
    this.left -= bytes;
    if (this.left < 0)
      throw this.fail(
        'it asks for far more memory than it has bytes: it is damaged, or made to fill the memory',
      );
  }

  /** Charges for reading or copying values once. */
  chargeCopy(values: readonly unknown[]): void {
    this.charge(cost.place * values.length);
    for (const value of values) this.charge(sizeOf(value));
  }
}

/** What a copy of a value alone would take, without what lies in it. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return cost.text + value.length;
  if (Array.isArray(value)) return cost.list + cost.entry * value.length;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (value instanceof Map || value instanceof Set) return cost.table + cost.entry * value.size;
  return cost.number;
}

/** Values within values, counted along any path from the top. */
const maxDepth = 1000;

/** Throws where values lie in each other so deep that following them would end a program. */
export function requireShallow(top: unknown, fail: (detail: string) => Error): void {
  const seen = new Set<unknown>();
  let level: unknown[] = [top];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) throw fail(`its values lie in each other over ${maxDepth} deep`);
    const next: unknown[] = [];
    for (const value of level) {
      if (seen.has(value)) continue;
      seen.add(value);
      for (const part of partsOf(value))
        if (typeof part === 'object' && part !== null) next.push(part);
    }
    level = next;
  }
}

function* partsOf(value: unknown): Iterable<unknown> {
  if (Array.isArray(value) || value instanceof Set) yield* value;
  else if (value instanceof Map)
    for (const [key, item] of value) {
      yield key;
      yield item;
    }
}
