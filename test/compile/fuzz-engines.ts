/** The engines that networks take turns on: each build of the kernels, one and two threads, with and without Winograd. */
import { openWasmEngine, type WasmEngine } from '../../src/engine/wasm/wasm.js';

const turns = [
  { kernels: 'relaxed', threads: 2, winograd: true },
  { kernels: 'simd', threads: 2, winograd: true },
  { kernels: 'relaxed', threads: 1, winograd: true },
  { kernels: 'relaxed', threads: 3, winograd: false },
  { kernels: 'simd', threads: 1, winograd: true },
] as const;

const opened = new Map<number, WasmEngine>();

/** The engine whose turn it is at `seed`, and its options as text. */
export function engineFor(seed: number): { readonly engine: WasmEngine; readonly name: string } {
  const turn = seed % turns.length;
  const options = turns[turn] ?? turns[0];
  const engine = opened.get(turn) ?? openWasmEngine(options);
  opened.set(turn, engine);
  return {
    engine,
    name: Object.entries(options)
      .map(([key, v]) => `${key}=${v}`)
      .join(' '),
  };
}

/** Ends the helpers of all engines. */
export function stopEngines(): void {
  for (const engine of opened.values()) engine.stop();
  opened.clear();
}
