import { Rng } from '../../../src/core/rng.js';

/** A batch of CIFAR-10's binary version: so many noisy pictures, whose shade and channel tell the class. */
export function cifarBatch(count: number, salt: number): Uint8Array {
  const rng = new Rng(17, salt);
  const bytes = new Uint8Array(count * 3073);
  for (let i = 0; i < count; i++) {
    const label = i % 10;
    bytes[i * 3073] = label;
    for (let p = 0; p < 3072; p++) {
      const isBright = Math.floor(p / 1024) === label % 3;
      bytes[i * 3073 + 1 + p] = (isBright ? 80 + 17 * label : 40) + rng.int(20);
    }
  }
  return bytes;
}
