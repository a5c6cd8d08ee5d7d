/** The GPU in the same thread, as pages have it: nothing can be waited for. */
import { internalError } from '../../../core/errors.js';
import type { Line } from './line.js';
import type { Owner } from './owner.js';
import { Turns } from './turns.js';

export function directLine(owner: Owner): Line {
  const turns = new Turns(owner);
  return {
    mayWait: false,
    send: (name, ...args) => turns.order(name, args),
    ask: () => {
      throw internalError('a GPU in the same thread cannot be waited for');
    },
    askAsync: (_bytes, name, ...args) =>
      new Promise((resolve, reject) => {
        const answer = (bytes: Uint8Array) => resolve(bytes.slice().buffer as ArrayBuffer);
        turns.question(name, args, answer, reject);
      }),
    stop: () => void owner.orders.destroy(),
  };
}
