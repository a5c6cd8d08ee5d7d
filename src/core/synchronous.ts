import { ValueError } from './errors.js';

/** Not a promise: for functions that run another within a scope, which ends when that function returns. */
export type Synchronous<T> = T extends PromiseLike<unknown> ? never : T;

/** The result, where it is no promise. @throws ValueError naming the scope that would end before the function does */
export function requireSynchronous<T>(subject: string, result: T, reason: string): T {
  if (typeof result !== 'object' || result === null || !('then' in result)) return result;
  Promise.resolve(result).catch(() => {}); // What becomes of it matters no more.
  throw new ValueError(subject, `the function returned a promise, ${reason}`);
}
