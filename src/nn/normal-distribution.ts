import { erf } from '../ops/kernels/erf.js';

/** The standard normal distribution. */
export const normalDistribution = {
  /** The probability of a value below x. */
  cdf(x: number): number {
    return (1 + erf(x / Math.SQRT2)) / 2;
  },

  /** The value below which a share p of all lies. */
  quantile(p: number): number {
    return Math.SQRT2 * inverseErf(2 * p - 1);
  },
};

const central = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3,
  -4.17768164e-3, 0.246640727, 1.50140941,
];
const tail = [
  -2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3, -7.6224613e-3,
  9.43887047e-3, 1.00167406, 2.83297682,
];

/** Giles, "Approximating the erfinv function" (GPU Computing Gems, 2011), to float32 precision. */
function inverseErf(x: number): number {
  const w = -Math.log((1 - x) * (1 + x));
  const coefficients = w < 5 ? central : tail;
  const t = w < 5 ? w - 2.5 : Math.sqrt(w) - 3;
  let sum = 0;
  for (let k = 0; k < coefficients.length; k++) sum = sum * t + (coefficients[k] as number);
  return x * sum;
}
