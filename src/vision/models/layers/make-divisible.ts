/** The multiple of `divisor` nearest to `value`, but at least 90 % of it: widths of scaled networks. */
export function makeDivisible(value: number, divisor = 8): number {
  const nearest = Math.max(divisor, Math.floor((value + divisor / 2) / divisor) * divisor);
  return nearest < 0.9 * value ? nearest + divisor : nearest;
}
