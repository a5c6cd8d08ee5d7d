/**
 * Two normal deviates of two draws of 24 bits (Box & Muller, 1958, https://doi.org/10.1214/aoms/1177706645). Logarithm, sine
 * and cosine are sums, products and quotients of float64 alone, so that they have the same bits on any engine and machine:
 * those of `Math` differ. Relative errors are below 4e-16, and absolute ones near the zeros of sine and cosine.
 */

/** The series of artanh(s)/s in s², from s² on: |s| ≤ 0.172, so what is left out is below 1e-17. */
const logSeries = [21, 19, 17, 15, 13, 11, 9, 7, 5, 3].map((k) => 1 / k);

/** ln(j·2⁻²⁴), for j = 1 … 2²⁴. */
function logOfUnit(j: number): number {
  let exponent = 31 - Math.clz32(j);
  let m = j / (1 << exponent); // 1 ≤ m < 2
  if (m > Math.SQRT2) {
    m *= 0.5;
    exponent += 1;
  }
  const s = (m - 1) / (m + 1); // ln m = 2 artanh s
  const z = s * s;
  const twice = s + s;
  return (exponent - 24) * Math.LN2 + (twice + twice * (z * horner(logSeries, z)));
}

/** cos x and sin x / x in x², for |x| ≤ π/4: what is left out is below 3e-18. */
const cosSeries = alternating([16, 14, 12, 10, 8, 6, 4, 2, 0]);
const sinSeries = alternating([17, 15, 13, 11, 9, 7, 5, 3, 1]);

/** Writes mean + std·z for the two deviates z of two words, at `out[at]` and the place behind it. */
export function writeNormalPair(
  out: { [place: number]: number },
  at: number,
  first: number,
  second: number,
  mean: number,
  std: number,
): void {
  const radius = std * Math.sqrt(-2 * logOfUnit(0x1000000 - (first >>> 8)));
  const turn = second >>> 8; // in parts of 2⁻²⁴
  const quarter = (turn + 0x200000) >> 22;
  const angle = (turn - (quarter << 22)) * ((2 * Math.PI) / 0x1000000);
  const z = angle * angle;
  const c = horner(cosSeries, z);
  const s = angle * horner(sinSeries, z);
  const [cos, sin] = quarter % 2 === 0 ? [c, s] : [s, c];
  out[at] = mean + radius * (((quarter + 1) & 2) === 0 ? cos : -cos);
  out[at + 1] = mean + radius * ((quarter & 2) === 0 ? sin : -sin);
}

/** ±1/k!, the last one positive. */
function alternating(orders: readonly number[]): readonly number[] {
  const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1));
  return orders.map((k, i) => (-1) ** (orders.length - 1 - i) / factorial(k));
}

function horner(coefficients: readonly number[], z: number): number {
  let p = coefficients[0] as number;
  for (let i = 1; i < coefficients.length; i++) p = p * z + (coefficients[i] as number);
  return p;
}
