/** Sorts as Python sorts texts: by code point (`'Z' < 'a' < 'é'`), the same on every machine and in every language. */
export function byCodePoint(a: string, b: string): number {
  // UTF-8 keeps the order of code points, JavaScript's own comparison by UTF-16 units does not.
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
