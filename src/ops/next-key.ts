import { defineOp } from '../tensor/define-op.js';

/**
 * Draws from a generator's state `[seed low, seed high, draw, stream]`, int32: gives the state with the next draw (over
 * the old one), and the key, which is the state as it was.
 */
export const nextKey = defineOp('nextKey', {
  inPlace: [0],
  infer: ([state]) => [state, state].map(({ shape, dtype }) => ({ shape, dtype })),
  reference([state], [next, key]) {
    key.data.set(state.data);
    next.data.set(state.data);
    next.data[2] = (state.data[2] as number) + 1;
  },
});
