/**
 * Which engine runs the ops: the one asked for, WICK_ENGINE, `onednn` where its library loads, `wasm` where it loads,
 * `reference` everywhere.
 */
import { EngineError } from '../core/errors.js';
import { requireThreads } from '../core/threads.js';
import type { Engine } from './engine.js';
import { type CodeReport, type NativeEngine, openNativeEngine } from './native/native.js';
import { libraryCandidates } from './onednn/find-library.js';
import { type LibraryReport, type OneDnnEngine, openOneDnnEngine } from './onednn/onednn.js';
import { referenceEngine } from './reference/reference.js';
import { openWasmEngine, type WasmEngine } from './wasm/wasm.js';

export const engineNames = ['onednn', 'native', 'wasm', 'reference'] as const;
export type EngineName = (typeof engineNames)[number];

let chosen: Engine | undefined;
let threads: number | undefined;
let winograd = true;
let problem: string | undefined;

/** Makes `engine` run all ops from now on. */
export function useEngine(engine: EngineName | Engine): void {
  problem = undefined;
  chosen = typeof engine === 'string' ? open('useEngine', engine) : engine;
}

/**
 * Makes the engine of that name run all ops from now on, or `wasm` where that is `onednn` and its library does not load, or
 * `native` and this machine runs no emitted code: `engineReport().problem` says why.
 */
export function preferEngine(name: EngineName): void {
  problem = undefined;
  chosen = choose('preferEngine', name);
}

/** The engine that runs ops; the first call chooses it. */
export function currentEngine(): Engine {
  chosen ??= choose('WICK_ENGINE', typeof process === 'undefined' ? '' : process.env.WICK_ENGINE);
  return chosen;
}

/** Sets how many threads the engines `onednn`, `native` and `wasm` work with, 1–256; the default is the number of CPUs. */
export function setThreads(count: number): void {
  requireThreads('setThreads', 'count', count, 1);
  threads = count;
  reopen();
}

/**
 * Whether engines `onednn`, `native` and `wasm` may compute 3×3 convolutions by Winograd's algorithm: up to three times as fast, and with up to
 * ten times direct convolution's rounding (still a few 10⁻⁶ of the result). It may, unless this says otherwise.
 */
export function setWinograd(allowed: boolean): void {
  winograd = allowed;
  reopen();
}

/** The engine in use, with the settings as they are now. */
function reopen(): void {
  if (chosen?.name === 'wasm') chosen = openWasm();
  else if (chosen?.name === 'onednn') chosen = openOneDnn();
  else if (chosen?.name === 'native') chosen = openNative();
}

/** What `wick doctor` says about the engine. */
export interface EngineReport {
  readonly engine: string;
  readonly threads: number;
  /** `relaxed` has fused multiply-add and twice the speed of `simd`; not of engine `reference`. */
  readonly kernels?: string;
  /** Only of engine `onednn`. */
  readonly library?: LibraryReport;
  /** Only of engine `native`. */
  readonly code?: CodeReport;
  /** Why a better engine was not chosen, where nobody asked for this one. */
  readonly problem?: string;
}

export function engineReport(): EngineReport {
  const engine = currentEngine();
  return {
    engine: engine.name,
    threads: engine.threads,
    ...('kernelBuild' in engine && { kernels: (engine as WasmEngine).kernelBuild }),
    ...('library' in engine && { library: (engine as OneDnnEngine).library }),
    ...('code' in engine && { code: (engine as NativeEngine).code }),
    ...(problem !== undefined && { problem }),
  };
}

/** The engine `name` or, where that is `onednn` or `native` or nothing is asked for, the best that loads. */
function choose(subject: string, name = ''): Engine {
  if (name !== '' && name !== 'onednn' && name !== 'native') return open(subject, name);
  const best = name === 'native' ? openNative : openOneDnn;
  const reasons: string[] = [];
  for (const openNext of typeof process === 'undefined' ? [openWasm] : [best, openWasm])
    try {
      return openNext();
    } catch (error) {
      reasons.push(reasonOf(error));
      problem = reasons.join('; ');
    }
  return referenceEngine;
}

function open(subject: string, name: string): Engine {
  if (name === 'reference') return referenceEngine;
  if (name === 'wasm') return openWasm();
  if (name === 'onednn') return openOneDnn();
  if (name === 'native') return openNative();
  throw new EngineError(
    subject,
    `there is no engine '${name}'; choose one of ${engineNames.join(', ')}`,
  );
}

/** Engines by their name and settings: each has memory and helpers of its own. */
const opened = new Map<string, WasmEngine>();

function openWasm(): WasmEngine {
  return openOnce('wasm', (settings) => {
    try {
      return openWasmEngine(settings);
    } catch (error) {
      throw new EngineError(
        'wasm',
        `cannot be loaded (${reasonOf(error)}); choose reference, which runs anywhere`,
        { cause: error },
      );
    }
  });
}

function openNative(): WasmEngine {
  return openOnce('native', openNativeEngine);
}

/** The first library that works. */
function openOneDnn(): WasmEngine {
  return openOnce('onednn', (settings) => {
    if (typeof process === 'undefined')
      throw new EngineError(
        'onednn',
        'calls a library of the system: it runs in Node only; use wasm',
      );
    const reasons: string[] = [];
    for (const { path, preload } of libraryCandidates())
      try {
        return openOneDnnEngine(path, preload, settings);
      } catch (error) {
        reasons.push(reasonOf(error));
      }
    throw new EngineError(
      'onednn',
      reasons.length === 0
        ? 'the library oneDNN is not installed; wick setup fetches it'
        : `no library works (${reasons.join('; ')}); wick doctor says what to do`,
    );
  });
}

interface Settings {
  readonly threads?: number;
  readonly winograd: boolean;
}

function openOnce(name: string, openNew: (settings: Settings) => WasmEngine): WasmEngine {
  const settings = { ...(threads !== undefined && { threads }), winograd };
  const key = `${name} ${JSON.stringify(settings)}`;
  const engine = opened.get(key) ?? openNew(settings);
  opened.set(key, engine);
  return engine;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
