/** What one buffer of the GPU can hold. */
import { EngineError } from '../../core/errors.js';

/** @throws EngineError where `what`, of so many bytes, is too large for it */
export function requireRoom(what: string, bytes: number, largest: number): void {
  if (bytes <= largest) return;
  const size = (n: number) => (n / 2 ** 30).toPrecision(3);
  throw new EngineError(
    'webgpu',
    `${what} takes ${size(bytes)} GiB, this GPU's tensors may have ${size(largest)}; use smaller batches`,
  );
}
