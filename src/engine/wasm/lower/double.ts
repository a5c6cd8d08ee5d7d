/** A float64 as two 32-bit argument words, for constants that a float would round too far. */
export function double(value: number): [number, number] {
  const words = new Int32Array(new Float64Array([value]).buffer);
  return [words[0] ?? 0, words[1] ?? 0];
}
