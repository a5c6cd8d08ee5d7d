let enabled = true;

/** Whether ops are recorded for `backward()`. */
export function isGradEnabled(): boolean {
  return enabled;
}

/** Runs `fn` without recording for `backward()`; in-place ops on parameters are allowed only here. */
export function noGrad<T>(fn: () => T): T {
  return withGradMode(false, fn);
}

/** Runs `fn` with recording on, also inside `noGrad`. */
export function enableGrad<T>(fn: () => T): T {
  return withGradMode(true, fn);
}

function withGradMode<T>(mode: boolean, fn: () => T): T {
  const before = enabled;
  enabled = mode;
  try {
    return fn();
  } finally {
    enabled = before;
  }
}
