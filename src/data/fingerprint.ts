import { ValueError } from '../core/errors.js';
import { sha256 } from '../core/sha256.js';
import type { Dataset } from './dataset.js';

/** The SHA-256 of the parts one after the other, each with its length before it, as `sha256:<hex>`. */
export function digest(...parts: readonly (string | Uint8Array)[]): string {
  const hash = sha256();
  for (const part of parts) {
    const bytes = typeof part === 'string' ? new TextEncoder().encode(part) : part;
    hash.update(`${bytes.length}:`);
    hash.update(bytes);
  }
  return `sha256:${hash.hex()}`;
}

/** The fingerprint of a data set that a wrapper's own fingerprint builds on. */
export async function fingerprintOf(dataset: Dataset<unknown>): Promise<string> {
  const fingerprint = await dataset.fingerprint?.();
  if (fingerprint === undefined)
    throw new ValueError('fingerprint', 'the wrapped data set has no fingerprint(); give it one');
  return fingerprint;
}
