/** Places and weights of the quadrature ∫₀¹ f ≈ Σ weight · f(place), exact for polynomials of degree 2·count − 1. */
export function gaussLegendre(
  count: number,
): { readonly place: number; readonly weight: number }[] {
  return Array.from({ length: count }, (_, i) => {
    // Newton's method from the usual guess at root i of the Legendre polynomial.
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let round = 0; round < 100; round++) {
      const [value, before] = legendre(count, x);
      slope = (count * (x * value - before)) / (x * x - 1);
      const step = value / slope;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    return { place: (1 - x) / 2, weight: 1 / ((1 - x * x) * slope * slope) };
  });
}

/** The Legendre polynomials of degree n and n − 1 at x, by Bonnet's recursion. */
function legendre(n: number, x: number): [value: number, before: number] {
  let before = 1;
  let value = x;
  for (let k = 2; k <= n; k++)
    [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return [value, before];
}
