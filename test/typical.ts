/**
 * The size that a small element of a result is measured by: the median of the sizes that are neither 0 nor infinite. Unlike
 * the largest, one large element among small ones does not raise it, so that it hides no mistake in the others.
 */
export function typicalSize(values: ArrayLike<number>): number {
  const sizes = new Float64Array(values.length); // which sorts numbers ten times as fast as an Array
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] ?? 0);
    if (size > 0 && size < Infinity) sizes[count++] = size;
  }
  return sizes.subarray(0, count).sort()[Math.floor(count / 2)] ?? 0;
}
