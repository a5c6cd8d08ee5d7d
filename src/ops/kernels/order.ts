/** The places of the elements in ascending or descending order; equal ones keep theirs, NaN counts as the largest. */
export function inOrder(line: Float64Array, descending: boolean): Uint32Array {
  const places = Uint32Array.from(line.keys());
  const sign = descending ? -1 : 1;
  return places.sort((a, b) => sign * compare(line[a] as number, line[b] as number) || a - b);
}

function compare(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}
