/** Which engine runs the ops: the one asked for, WICK_ENGINE, `wasm` where it loads, `reference` everywhere. */
import { EngineError, ValueError } from '../core/errors.js';
import type { Engine } from './engine.js';
import { referenceEngine } from './reference/reference.js';
import { openWasmEngine, type WasmEngine } from './wasm/wasm.js';

export const engineNames = ['wasm', 'reference'] as const;
export type EngineName = (typeof engineNames)[number];

let chosen: Engine | undefined;
let threads: number | undefined;
let winograd = true;
let wasmProblem: string | undefined;

/** Makes `engine` run all ops from now on. */
export function useEngine(engine: EngineName | Engine): void {
  wasmProblem = undefined;
  chosen = typeof engine === 'string' ? open('useEngine', engine) : engine;
}

/** The engine that runs ops; the first call chooses it. */
export function currentEngine(): Engine {
  chosen ??= chooseByDefault();
  return chosen;
}

/** Sets how many threads the engine `wasm` works with; the default is the number of CPUs. */
export function setThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1)
    throw new ValueError('setThreads', `count=${count} must be a whole number ≥ 1`);
  threads = count;
  if (chosen?.name === 'wasm') chosen = openWasm();
}

/**
 * Whether engine `wasm` may compute 3×3 convolutions by Winograd's algorithm: up to three times as fast, and with up to
 * ten times direct convolution's rounding (still a few 10⁻⁶ of the result). It may, unless this says otherwise.
 */
export function setWinograd(allowed: boolean): void {
  winograd = allowed;
  if (chosen?.name === 'wasm') chosen = openWasm();
}

/** What `wick doctor` says about the engine. */
export interface EngineReport {
  readonly engine: string;
  readonly threads: number;
  /** `relaxed` has fused multiply-add and twice the speed of `simd`; only of engine `wasm`. */
  readonly kernels?: string;
  /** Why engine `wasm` was not chosen, where nobody asked for another. */
  readonly problem?: string;
}

export function engineReport(): EngineReport {
  const engine = currentEngine();
  return {
    engine: engine.name,
    threads: engine.threads,
    ...('kernelBuild' in engine && { kernels: (engine as WasmEngine).kernelBuild }),
    ...(wasmProblem !== undefined && { problem: wasmProblem }),
  };
}

function chooseByDefault(): Engine {
  const asked = typeof process === 'undefined' ? undefined : process.env.WICK_ENGINE;
  if (asked !== undefined && asked !== '') return open('WICK_ENGINE', asked);
  try {
    return openWasm();
  } catch (error) {
    wasmProblem = error instanceof Error ? error.message : String(error);
    return referenceEngine;
  }
}

function open(subject: string, name: string): Engine {
  if (name === 'reference') return referenceEngine;
  if (name === 'wasm') return openWasm();
  throw new EngineError(
    subject,
    `there is no engine '${name}'; choose one of ${engineNames.join(', ')}`,
  );
}

/** Engines by their settings: each has memory and helpers of its own. */
const opened = new Map<string, WasmEngine>();

function openWasm(): WasmEngine {
  const settings = { ...(threads !== undefined && { threads }), winograd };
  const key = JSON.stringify(settings);
  const known = opened.get(key);
  if (known !== undefined) return known;
  try {
    const engine = openWasmEngine(settings);
    opened.set(key, engine);
    return engine;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError(
      'wasm',
      `cannot be loaded (${reason}); choose reference, which runs anywhere`,
      {
        cause: error,
      },
    );
  }
}
