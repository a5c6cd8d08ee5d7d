/**
 * The engines that networks take turns on. `wasm`: each build of the kernels, one and more threads, with and without
 * Winograd. `native`: the same for each width of vectors, where the machine runs emitted code.
 */

import type { Level } from '../../src/engine/native/native.js';
import {
  openWasmEngine,
  type WasmEngine,
  type WasmEngineOptions,
} from '../../src/engine/wasm/wasm.js';
import { nativeLevels, openMachineCode, withoutNative } from '../engine/native/machine.js';

const turns = {
  wasm: [
    { kernels: 'relaxed', threads: 2, winograd: true },
    { kernels: 'simd', threads: 2, winograd: true },
    { kernels: 'relaxed', threads: 1, winograd: true },
    { kernels: 'relaxed', threads: 3, winograd: false },
    { kernels: 'simd', threads: 1, winograd: true },
  ],
  native: [
    { threads: 2, winograd: true },
    { threads: 1, winograd: true, level: 'avx2' },
    { threads: 3, winograd: true },
    { threads: 2, winograd: true, level: 'avx2' },
    { threads: 2, winograd: false },
    { threads: 3, winograd: false, level: 'avx2' },
  ],
} as const;

export type FuzzEngine = keyof typeof turns;

/** Those that this machine has. */
export const fuzzEngines: readonly FuzzEngine[] = [
  'wasm',
  ...(withoutNative === false ? (['native'] as const) : []),
];

const openers = {
  wasm: openWasmEngine,
  native: openMachineCode,
} satisfies Record<FuzzEngine, (options: WasmEngineOptions) => WasmEngine>;

const opened = new Map<string, WasmEngine>();

/** The engine whose turn it is at `seed`, but for what `fixed` says, and its options as text. */
export function engineFor(
  seed: number,
  which: FuzzEngine = 'wasm',
  fixed: { readonly winograd?: boolean; readonly level?: Level } = {},
): { readonly engine: WasmEngine; readonly name: string } {
  const list = turns[which];
  const options = { ...(list[seed % list.length] ?? list[0]), ...fixed };
  const name = [which, ...Object.entries(options).map(([key, v]) => `${key}=${v}`)].join(' ');
  const engine = opened.get(name) ?? openers[which](options);
  opened.set(name, engine);
  return { engine, name };
}

/** The level for plans of bfloat16 at `seed`: those of 512 bits take turns. */
export function narrowLevel(seed: number): Level {
  return seed % 2 === 0 && nativeLevels.includes('amx') ? 'amx' : 'avx512';
}

/** Ends the helpers of all engines. */
export function stopEngines(): void {
  for (const engine of opened.values()) engine.stop();
  opened.clear();
}
