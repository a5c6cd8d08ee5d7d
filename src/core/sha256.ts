/**
 * SHA-256 (FIPS 180-4, https://doi.org/10.6028/NIST.FIPS.180-4) of bytes as they come. Node has it in native code; a browser only for
 * bytes that are all there, and only on pages over HTTPS, so this is the way there.
 */

/** Takes texts as UTF-8. */
export interface Hash {
  update(part: string | Uint8Array): void;
  /** Of everything, in hexadecimal digits; nothing may follow. */
  hex(): string;
}

/** A fresh hash, of Node where this is Node. */
export function sha256(): Hash {
  // Looked up, not imported: browsers load this file.
  const crypto =
    typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:crypto');
  if (crypto === undefined) return new PortableSha256();
  const hash = crypto.createHash('sha256');
  return {
    update(part) {
      hash.update(part);
    },
    hex: () => hash.digest('hex'),
  };
}

/** The first 32 bits of the fractional parts of `root` of the first `count` primes. */
function fractions(count: number, root: (prime: number) => number): Uint32Array {
  const out = new Uint32Array(count);
  let found = 0;
  for (let n = 2; found < count; n++) {
    let prime = true;
    for (let d = 2; d * d <= n && prime; d++) prime = n % d !== 0;
    if (prime) out[found++] = (root(n) % 1) * 2 ** 32;
  }
  return out;
}

const roundConstants = fractions(64, Math.cbrt);
const start = fractions(8, Math.sqrt);
const blockBytes = 64;

export class PortableSha256 implements Hash {
  private readonly state = start.slice();
  private readonly schedule = new Uint32Array(64);
  private readonly block = new Uint8Array(blockBytes);
  private filled = 0;
  private length = 0;

  update(part: string | Uint8Array): void {
    const bytes = typeof part === 'string' ? new TextEncoder().encode(part) : part;
    this.length += bytes.length;
    let from = 0;
    if (this.filled > 0) {
      from = Math.min(blockBytes - this.filled, bytes.length);
      this.block.set(bytes.subarray(0, from), this.filled);
      this.filled += from;
      if (this.filled < blockBytes) return;
      this.mix(this.block, 0);
    }
    for (; from + blockBytes <= bytes.length; from += blockBytes) this.mix(bytes, from);
    this.block.set(bytes.subarray(from));
    this.filled = bytes.length - from;
  }

  hex(): string {
    const { length, block } = this;
    block.fill(0, this.filled);
    block[this.filled] = 0x80;
    if (this.filled >= blockBytes - 8) {
      this.mix(block, 0);
      block.fill(0);
    }
    new DataView(block.buffer).setBigUint64(blockBytes - 8, BigInt(length) * 8n);
    this.mix(block, 0);
    return Array.from(this.state, (word) => word.toString(16).padStart(8, '0')).join('');
  }

  /** The 64 rounds of one block. */
  private mix(bytes: Uint8Array, from: number): void {
    const { state, schedule: w } = this;
    for (let i = 0; i < 16; i++) {
      const at = from + 4 * i;
      w[i] =
        (byteAt(bytes, at) << 24) |
        (byteAt(bytes, at + 1) << 16) |
        (byteAt(bytes, at + 2) << 8) |
        byteAt(bytes, at + 3);
    }
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15] as number;
      const y = w[i - 2] as number;
      const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
      const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
      w[i] = (w[i - 16] as number) + s0 + (w[i - 7] as number) + s1;
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let i = 0; i < 64; i++) {
      const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const choice = (e & f) ^ (~e & g);
      const t1 = (h + s1 + choice + (roundConstants[i] as number) + (w[i] as number)) | 0;
      const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      [h, g, f, e] = [g, f, e, (d + t1) | 0];
      [d, c, b, a] = [c, b, a, (t1 + s0 + majority) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => {
      state[i] = (state[i] as number) + value;
    });
  }
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

/** Turned right by `bits`. */
function turn(x: number, bits: number): number {
  return (x >>> bits) | (x << (32 - bits));
}
