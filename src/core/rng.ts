/**
 * Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011,
 * https://doi.org/10.1145/2063384.2063405), the generator of cuRAND and PyTorch's GPU code. Number `index` of `stream`
 * under `seed` is a pure function of the three, so any worker can draw it without asking another.
 */

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** High 32 bits of the unsigned product a·b. */
function mulHi(a: number, b: number): number {
  const aLo = a & 0xffff;
  const aHi = a >>> 16;
  const bLo = b & 0xffff;
  const bHi = b >>> 16;
  const low = aLo * bLo;
  const mid = aHi * bLo + (low >>> 16);
  const mid2 = aLo * bHi + (mid & 0xffff);
  return (aHi * bHi + Math.floor(mid / 65536) + (mid2 >>> 16)) >>> 0;
}

/** One Philox block: four 32-bit words for a 128-bit counter and a 64-bit key, written to `out`. */
export function philox(
  out: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  let x0 = c0 >>> 0;
  let x1 = c1 >>> 0;
  let x2 = c2 >>> 0;
  let x3 = c3 >>> 0;
  let key0 = k0 >>> 0;
  let key1 = k1 >>> 0;
  for (let round = 0; round < 10; round++) {
    const hi0 = mulHi(M0, x0);
    const lo0 = Math.imul(M0, x0) >>> 0;
    const hi1 = mulHi(M1, x2);
    const lo1 = Math.imul(M1, x2) >>> 0;
    x0 = (hi1 ^ x1 ^ key0) >>> 0;
    x1 = lo1;
    x2 = (hi0 ^ x3 ^ key1) >>> 0;
    x3 = lo0;
    key0 = (key0 + W0) >>> 0;
    key1 = (key1 + W1) >>> 0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}

/** A 32-bit word as a float32-exact number in [0, 1): its upper 24 bits. */
export function unitFloat(word: number): number {
  return (word >>> 8) * 2 ** -24;
}

/**
 * A sequence of random numbers: stream `(stream, index)` of `seed`. Two generators with the same three values give the
 * same sequence, on any machine and any thread; different values give independent ones.
 *
 * @example new Rng(42, 0, sampleIndex).int(10)
 */
export class Rng {
  private readonly block = new Uint32Array(4);
  private counter = 0;
  private used = 4;

  constructor(
    readonly seed: number,
    readonly stream = 0,
    readonly index = 0,
  ) {}

  /** The next 32 random bits, 0 … 2³² − 1. */
  bits(): number {
    if (this.used === 4) {
      const seedHigh = Math.floor(this.seed / 2 ** 32);
      const indexHigh = Math.floor(this.index / 2 ** 32);
      // The counter's words: position, index (two words), stream; the key: seed.
      philox(this.block, this.counter++, this.index, indexHigh, this.stream, this.seed, seedHigh);
      this.used = 0;
    }
    return this.block[this.used++] ?? 0;
  }

  /** A number in [0, 1) with 53 random bits, or in [low, high). */
  uniform(low = 0, high = 1): number {
    const unit = (this.bits() * 2 ** 21 + (this.bits() >>> 11)) * 2 ** -53;
    return low + (high - low) * unit;
  }

  /** A whole number in 0 … n − 1, without bias. */
  int(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** A normal deviate (Box–Muller). */
  normal(mean = 0, std = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + std * radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** True with probability `p`. */
  bool(p = 0.5): boolean {
    return this.uniform() < p;
  }

  /** 0 … n − 1 in random order (Fisher–Yates). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const a = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = a;
    }
    return order;
  }
}

/** A seed that nobody chose, from the machine's source of random bits: 0 … 2³² − 1. */
export function entropySeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
