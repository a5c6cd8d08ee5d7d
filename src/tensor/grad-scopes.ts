/**
 * `noGrad` and `enableGrad` as users have them: they hold until the function is done, also where it is asynchronous. In Node
 * an AsyncLocalStorage carries the mode over awaits; programs that never call these two do not pay for it. Browsers have
 * nothing like it: a promise is refused there.
 */
import type { AsyncLocalStorage } from 'node:async_hooks';
import { ValueError } from '../core/errors.js';
import { requireSynchronous } from '../core/synchronous.js';
import { setAmbientGradMode, withGradMode } from './grad-mode.js';

/**
 * Runs `fn` without recording for `backward()`; in-place ops on parameters are allowed only here. Where `fn` is async it holds
 * across its awaits, and for nobody else meanwhile.
 *
 * @throws ValueError where `fn` returns a generator, whose body runs later, and in a browser where it returns a promise
 * @example await noGrad(async () => { for await (const [images] of loader) model.forward(images); });
 */
export function noGrad<T>(fn: () => T): T {
  return scope('noGrad', false, fn);
}

/** Runs `fn` with recording on, also inside `noGrad`; across awaits as `noGrad`. */
export function enableGrad<T>(fn: () => T): T {
  return scope('enableGrad', true, fn);
}

type Carrier = AsyncLocalStorage<boolean>;

let carrier: Carrier | null | undefined;

/** Null where the mode cannot be carried over an await. */
function findCarrier(): Carrier | null {
  // Looked up, not imported: browsers load this file.
  const hooks =
    typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:async_hooks');
  if (hooks === undefined) return null;
  const storage: Carrier = new hooks.AsyncLocalStorage();
  setAmbientGradMode(() => storage.getStore());
  return storage;
}

function scope<T>(subject: string, mode: boolean, fn: () => T): T {
  if (typeof fn !== 'function')
    throw new ValueError(
      subject,
      `${fn} is given where a function is required: ${subject}(() => …)`,
    );
  carrier ??= findCarrier();
  const run = () => withGradMode(mode, fn);
  const result =
    carrier === null ? requireSynchronous(subject, run(), noCarrier) : carrier.run(mode, run);
  requireNoGenerator(subject, result);
  return result;
}

const noCarrier =
  'and this browser would record again after its first await; ' +
  'await outside, and call it around each part that is synchronous';

function requireNoGenerator(subject: string, result: unknown): void {
  if (typeof result !== 'object' || result === null || !('next' in result)) return;
  const kind = Object.prototype.toString.call(result);
  if (kind === '[object Generator]' || kind === '[object AsyncGenerator]')
    throw new ValueError(
      subject,
      'the function returned a generator, whose body runs only when it is asked for values; call it inside of the generator',
    );
}
