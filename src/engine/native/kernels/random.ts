/**
 * Random numbers, bit for bit those of the reference (`src/ops/uniform.ts`, `src/ops/kernels/normal-deviates.ts`): the same operations
 * on float64 in the same order, eight lanes at a time; products and sums are never fused. Needs AVX-512.
 */
import { each, gprs, type Mask, type Mem, mem, only, type Vec } from '../asm/operands.js';
import type { KernelWriter } from '../kernel-writer.js';

export interface RandomFill {
  readonly kind: 'uniform' | 'normal';
  /** Elements. */
  readonly count: number;
}

/** Elements of a round: of eight blocks of Philox. */
const round = 32;

/** The block of each lane, of eight: so that what is put together at the end lies in order. */
const blockOfLane = [0n, 2n, 4n, 6n, 1n, 3n, 5n, 7n];

/** What all rounds read. */
interface Kept {
  /** The blocks' numbers, and the words of the key that say seed, draw and stream. */
  readonly counter: Vec;
  readonly seed: readonly [Vec, Vec];
  readonly draw: Vec;
  readonly stream: Vec;
  readonly factors: readonly [Vec, Vec];
  /** low and range, or mean and std. */
  readonly numbers: readonly [Vec, Vec];
  /** 2²⁴, whole. */
  readonly units: Vec;
  readonly masks: readonly [Mask, Mask];
}

/**
 * y[i] = a + b·f(draw i of the key). Arguments: key; the tensor's first element, which says how far into the sequence the next is:
 * y, a multiple of `round` elements behind it; a and b, doubles; 8 bytes that nobody else uses.
 */
export function randomFill(w: KernelWriter, { kind, count }: RandomFill): void {
  const { key, first, y, numbers, scratch } = w.pointers('key', 'first', 'y', 'numbers', 'scratch');
  const rest = count % round;
  w.part(rest % 8 || 8);
  const broadcast = (at: Mem) => {
    const to = w.vector();
    w.vbroadcastss(to, at);
    return to;
  };
  const counter = w.vector();
  const { rax } = gprs;
  w.mov(rax, y.register);
  w.sub(rax, first.register);
  w.mov(scratch.at(), rax);
  w.vbroadcastsd(counter, scratch.at());
  w.vpsrlq(counter, counter, 4); // A block is 16 bytes.
  w.vpaddq(counter, counter, wholes(w, blockOfLane));
  const [a, b] = w.vectors(2);
  w.vbroadcastsd(a, numbers.at(0));
  w.vbroadcastsd(b, numbers.at(8));
  const units = w.vector();
  w.vbroadcastsd(units, wholes(w, [0x1000000n]));
  const factors = w.vectors(2);
  w.fillWhole(factors[0], 0xd2511f53 | 0);
  w.fillWhole(factors[1], 0xcd9e8d57 | 0);
  const kept: Kept = {
    counter,
    seed: [broadcast(key.at(0)), broadcast(key.at(4))],
    draw: broadcast(key.at(8)),
    stream: broadcast(key.at(12)),
    factors,
    numbers: [a, b],
    units,
    masks: [w.mask(), w.mask()],
  };
  const some = (elements: number) =>
    w.scope(() => {
      const words = drawWords(w, kept);
      const floats = kind === 'uniform' ? spread(w, words, kept) : onCircles(w, words, kept);
      inOrder(w, floats).forEach((vector, k) => {
        const lanes = Math.min(8, elements - 8 * k);
        if (lanes > 0) w.store(y.at(32 * k), vector, lanes < 8 ? w.part(lanes) : undefined);
      });
      w.vpaddq(counter, counter, whole(w, 8n));
      y.advance(4 * round);
    });
  w.loop(Math.floor(count / round), () => some(round));
  if (rest > 0) some(rest);
}

/** Philox4x32-10 of `core/rng.ts`: four words of each lane's block, in the lower half of the lane; the upper one holds anything. */
function drawWords(w: KernelWriter, { counter, seed, draw, stream, factors }: Kept) {
  let [x0, x1, x2, x3] = w.vectors(4);
  w.scope(() => {
    const [k0, k1] = w.vectors(2);
    let [p, q] = w.vectors(2);
    for (const [to, from] of [
      [x0, counter],
      [x1, draw],
      [x3, stream],
      [k0, seed[0]],
      [k1, seed[1]],
    ] as const)
      w.vmovups(to, from);
    w.zero(x2);
    for (let i = 0; i < 10; i++) {
      w.vpmuludq(p, x0, factors[0]);
      w.vpmuludq(q, x2, factors[1]);
      w.vpsrlq(x0, q, 32);
      w.vpternlogq(x0, x1, k0, xor3);
      w.vpsrlq(x2, p, 32);
      w.vpternlogq(x2, x3, k1, xor3);
      [x1, q] = [q, x1];
      [x3, p] = [p, x3];
      w.vpaddd(k0, k0, word(w, 0x9e3779b9));
      w.vpaddd(k1, k1, word(w, 0xbb67ae85));
    }
  });
  return [x0, x1, x2, x3] as const; // Where they began, for the number of rounds is even.
}

/** Bits of `vpternlogq`: a ⊕ b ⊕ c, and a ⊕ (b ∧ c). */
const xor3 = 0x96;
const xorAnd = 0x78;

/** The upper 24 of 32 bits, as a whole number of 64. */
function upper24(w: KernelWriter, x: Vec): void {
  w.vpsllq(x, x, 32);
  w.vpsrlq(x, x, 40);
}

/** Rounds to floats, in the register's lower half. */
function narrow(w: KernelWriter, x: Vec): Vec {
  const half: Vec = { ...x, bits: 256 };
  w.vcvtpd2ps(half, x);
  return half;
}

type Four = readonly [Vec, Vec, Vec, Vec];

/** low + range·u, u in [0, 1). */
function spread(w: KernelWriter, words: Four, { numbers: [low, range] }: Kept): Four {
  for (const x of words) {
    upper24(w, x);
    w.vcvtqq2pd(x, x);
    w.vmulpd(x, x, double(w, 2 ** -24));
    w.vmulpd(x, x, range);
    w.vaddpd(x, x, low);
  }
  const [x0, x1, x2, x3] = words;
  return [narrow(w, x0), narrow(w, x1), narrow(w, x2), narrow(w, x3)];
}

/** Box & Muller: mean + std·z, two of each pair of words. */
function onCircles(w: KernelWriter, [x0, x1, x2, x3]: Four, kept: Kept): Four {
  const [mean, std] = kept.numbers;
  for (const [first, second] of [
    [x0, x1],
    [x2, x3],
  ] as const)
    w.scope(() => {
      for (const x of [first, second]) upper24(w, x);
      const radius = w.vector();
      logOfComplement(w, first, radius, kept);
      w.vmulpd(radius, radius, double(w, -2));
      w.vsqrtpd(radius, radius);
      w.vmulpd(radius, radius, std);
      circle(w, second, first, kept);
      for (const x of [first, second]) {
        w.vmulpd(x, x, radius);
        w.vaddpd(x, x, mean);
      }
    });
  return [narrow(w, x0), narrow(w, x1), narrow(w, x2), narrow(w, x3)];
}

const logSeries = [21, 19, 17, 15, 13, 11, 9, 7, 5, 3].map((k) => 1 / k);

/** log ← ln(1 − j·2⁻²⁴); `j` is lost. */
function logOfComplement(w: KernelWriter, j: Vec, log: Vec, { units, masks: [high] }: Kept): void {
  w.scope(() => {
    const [t, z, p] = w.vectors(3);
    w.vpsubq(j, units, j);
    w.vcvtqq2pd(j, j);
    w.vgetexppd(log, j);
    w.vgetmantpd(j, j, 0); // From 1 to 2.
    w.vcmppd(high, j, double(w, Math.SQRT2), 14); // Greater.
    w.vmulpd(t, j, double(w, 0.5));
    w.vblendmpd(only(high, j), j, t);
    w.vaddpd(t, log, double(w, 1));
    w.vblendmpd(only(high, log), log, t);
    w.vsubpd(log, log, double(w, 24));
    w.vsubpd(t, j, double(w, 1));
    w.vaddpd(j, j, double(w, 1));
    w.vdivpd(t, t, j); // s; ln m = 2 artanh s
    w.vmulpd(z, t, t);
    horner(w, logSeries, z, p);
    w.vmulpd(p, z, p);
    w.vaddpd(t, t, t);
    w.vmulpd(p, t, p);
    w.vaddpd(p, t, p);
    w.vmulpd(log, log, double(w, Math.LN2));
    w.vaddpd(log, log, p);
  });
}

/** 1/k! with alternating signs, the last one positive. */
const series = (orders: readonly number[]) =>
  orders.map((k, i) => {
    let factorial = 1;
    for (let n = 2; n <= k; n++) factorial *= n;
    return (-1) ** (orders.length - 1 - i) / factorial;
  });
const cosSeries = series([16, 14, 12, 10, 8, 6, 4, 2, 0]);
const sinSeries = series([17, 15, 13, 11, 9, 7, 5, 3, 1]);

/** (cos, sin) of 2π·j·2⁻²⁴: the sine where j was. */
function circle(w: KernelWriter, j: Vec, cos: Vec, { masks: [, odd] }: Kept): void {
  w.scope(() => {
    const [quarter, t, z, c, s] = w.vectors(5);
    w.vpaddq(quarter, j, whole(w, 0x200000n));
    w.vpsrlq(quarter, quarter, 22);
    w.vpsllq(t, quarter, 22);
    w.vpsubq(j, j, t);
    w.vcvtqq2pd(j, j);
    w.vmulpd(j, j, double(w, (2 * Math.PI) / 0x1000000));
    w.vmulpd(z, j, j);
    horner(w, cosSeries, z, c);
    horner(w, sinSeries, z, s);
    w.vmulpd(s, j, s);
    w.vpandq(t, quarter, whole(w, 1n));
    w.vpcmpq(odd, t, whole(w, 1n), 0);
    w.vblendmpd(only(odd, cos), c, s);
    w.vblendmpd(only(odd, j), s, c);
    w.vpaddq(t, quarter, whole(w, 1n));
    for (const [to, turned] of [
      [cos, t],
      [j, quarter],
    ] as const) {
      w.vpsllq(turned, turned, 62); // Its second bit is the sign.
      w.vpternlogq(to, turned, whole(w, 1n << 63n), xorAnd);
    }
  });
}

/** p ← the polynomial in z, highest coefficient first. */
function horner(w: KernelWriter, [first = 0, ...others]: readonly number[], z: Vec, p: Vec): void {
  w.vbroadcastsd(p, { ...double(w, first), broadcast: false });
  for (const coefficient of others) {
    w.vmulpd(p, p, z);
    w.vaddpd(p, p, double(w, coefficient));
  }
}

/** Four floats of each lane in the order of the blocks: two blocks a vector. */
function inOrder(w: KernelWriter, [f0, f1, f2, f3]: Four): Four {
  const short = (x: Vec): Vec => ({ ...x, bits: 256 });
  const [a, b, c, d] = w.vectors(4).map(short) as [Vec, Vec, Vec, Vec];
  w.vunpcklps(a, f0, f1);
  w.vunpckhps(b, f0, f1);
  w.vunpcklps(c, f2, f3);
  w.vunpckhps(d, f2, f3);
  w.vunpcklpd(f0, a, c);
  w.vunpckhpd(f1, a, c);
  w.vunpcklpd(f2, b, d);
  w.vunpckhpd(f3, b, d);
  return [f0, f1, f2, f3];
}

/** A double for all lanes. */
function double(w: KernelWriter, value: number): Mem {
  return each(mem(w.constant([...new Int32Array(Float64Array.of(value).buffer)])));
}

/** A whole number of 64 bits for all lanes. */
function whole(w: KernelWriter, value: bigint): Mem {
  return each(wholes(w, [value]));
}

/** Whole numbers of 64 bits, one for each lane. */
function wholes(w: KernelWriter, values: readonly bigint[]): Mem {
  return mem(w.constant([...new Int32Array(BigUint64Array.from(values).buffer)]));
}

/** A word of 32 bits for all lanes. */
function word(w: KernelWriter, value: number): Mem {
  return each(mem(w.constant([value | 0])));
}
