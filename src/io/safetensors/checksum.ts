/** The checksum that wick writes into the metadata of its files, and checks in those that have one. */
import { type Hash, sha256 } from '../../core/sha256.js';
import type { Shape } from '../../core/shape.js';

/** The metadata key. */
export const CHECKSUM = 'wick.sha256';

/** SHA-256 over what a file holds: the metadata, then each tensor's name, dtype, shape and bytes in the order of the bytes. */
export class Checksum {
  private readonly hash: Hash = sha256();

  constructor(metadata: readonly (readonly [key: string, text: string])[]) {
    const sorted = [...metadata].sort(([a], [b]) => (a < b ? -1 : 1));
    this.hash.update(JSON.stringify(sorted));
  }

  tensor(name: string, dtype: string, shape: Shape): void {
    this.hash.update(JSON.stringify([name, dtype, shape]));
  }

  bytes(bytes: Uint8Array): void {
    this.hash.update(bytes);
  }

  digest(): string {
    return this.hash.hex();
  }
}
