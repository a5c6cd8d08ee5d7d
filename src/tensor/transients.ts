/**
 * Results that nobody outside a pass over the tape ever sees: gradients on their way. The pass knows when the last reader
 * is done, so their memory is the engine's and is used again at once; the garbage collector has no part in it.
 */
import { numel } from '../core/shape.js';
import { withResultsFrom } from './execute.js';
import { Storage } from './storage.js';
import type { Tensor } from './tensor.js';

export class Transients {
  private readonly live = new Set<Storage>();

  /** Runs `fn`; the results of its calls live until `sweep`. */
  during<T>(fn: () => T): T {
    return withResultsFrom(({ dtype, shape }, engine) => {
      const buffer = engine.allocate?.(dtype, numel(shape));
      if (buffer === undefined) return undefined;
      const storage = Storage.of(buffer);
      this.live.add(storage);
      return storage;
    }, fn);
  }

  /** The tensor, or a copy of it that lives on where it is one of these. */
  settle(tensor: Tensor): Tensor {
    return this.live.has(tensor.storage) ? tensor.clone() : tensor;
  }

  /** Ends all but those that `kept` needs. */
  sweep(kept: Iterable<Tensor>): void {
    if (this.live.size === 0) return;
    const needed = new Set<Storage>();
    for (const { storage } of kept) needed.add(storage);
    for (const storage of this.live) {
      if (needed.has(storage)) continue;
      storage.release();
      this.live.delete(storage);
    }
  }
}
