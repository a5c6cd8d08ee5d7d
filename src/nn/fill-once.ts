/**
 * Initial values that are drawn anew: a layer fills its weights when it is made, and a network by a rule of its own fills them again.
 * Numbers are a pure function of their key, so who takes the keys in order may leave out the numbers that nobody gets to see.
 */
import { requireSynchronous } from '../core/synchronous.js';
import type { Tensor } from '../tensor/tensor.js';

let waiting: Map<Tensor, () => void> | null = null;

/**
 * Returns what `make` makes. Of several fills of a tensor by functions of `nn.init` meanwhile the last alone is carried out, after
 * `make`: nothing in it may read what they would have written.
 */
export function fillOnce<T>(make: () => T): T {
  if (waiting !== null) return make();
  const fills = new Map<Tensor, () => void>();
  waiting = fills;
  let made: T;
  try {
    made = requireSynchronous('fillOnce', make(), 'which fills would not wait for');
  } finally {
    waiting = null;
  }
  for (const fill of fills.values()) fill();
  return made;
}

/** Fills `tensor` now, or after the `make` of a `fillOnce` that runs, unless another fill of it has come by then. */
export function fillInTurn(tensor: Tensor, fill: () => void): void {
  if (waiting === null) fill();
  else waiting.set(tensor, fill);
}
