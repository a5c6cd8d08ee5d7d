/**
 * The size that a small element of a result is measured by: the median of the sizes that are neither 0 nor infinite. Unlike
 * the largest, one large element among small ones does not raise it, so that it hides no mistake in the others.
 */
export function typicalSize(values: ArrayLike<number>): number {
  const sizes = Array.from(values, Math.abs).filter((size) => size > 0 && size < Infinity);
  sizes.sort((a, b) => a - b);
  return sizes[Math.floor(sizes.length / 2)] ?? 0;
}
