/** Whether ops are recorded for `backward()`: the mode of synchronous code. `grad-scopes.ts` lets it hold across awaits. */
import type { Synchronous } from '../core/synchronous.js';

/** The innermost call of `withGradMode`; undefined outside of all, also after an await inside of one. */
let innermost: boolean | undefined;
let ambient: (() => boolean | undefined) | undefined;

/** Whether ops are recorded for `backward()`. */
export function isGradEnabled(): boolean {
  return innermost ?? ambient?.() ?? true;
}

/** Runs `fn` with recording on or off until it returns. */
export function withGradMode<T>(mode: boolean, fn: () => T): T {
  const before = innermost;
  innermost = mode;
  try {
    return fn();
  } finally {
    innermost = before;
  }
}

/** Runs `fn`, which must be synchronous, without recording for `backward()`. */
export function noGrad<T>(fn: () => Synchronous<T>): T {
  return withGradMode(false, fn);
}

/** Says where the mode is to be found outside of all calls of `withGradMode`. */
export function setAmbientGradMode(mode: () => boolean | undefined): void {
  ambient = mode;
}
