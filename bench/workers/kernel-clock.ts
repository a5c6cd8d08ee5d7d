/**
 * Tells how long WebAssembly has run, by standing between the engine and the kernels it calls: the rest of a step is
 * JavaScript. Import it before an engine opens.
 */
let total = 0;
let instances = 0;

/** Milliseconds since the process started; undefined where the engine has no WebAssembly. */
export function kernelMs(): number | undefined {
  return instances === 0 ? undefined : total;
}

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, args: ConstructorParameters<typeof WebAssembly.Instance>) {
    instances++;
    const { exports } = new target(...args);
    const timed = Object.entries(exports).map(([name, value]) => [
      name,
      typeof value === 'function' ? timeCalls(value as Call) : value,
    ]);
    return { exports: Object.fromEntries(timed) };
  },
});

type Call = (...args: readonly unknown[]) => unknown;

function timeCalls(call: Call): Call {
  return (...args) => {
    const start = performance.now();
    try {
      return call(...args);
    } finally {
      total += performance.now() - start;
    }
  };
}
