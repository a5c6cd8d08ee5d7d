/**
 * Which engine runs the ops: the one asked for, WICK_ENGINE, or the first of the automatic ones that opens: `native` where
 * emitted code runs, `wasm` where it loads, `reference` everywhere.
 */
import type { Device } from '../core/device.js';
import { EngineError, reasonOf } from '../core/errors.js';
import { requireOneOf } from '../core/options.js';
import { requireThreads } from '../core/threads.js';
import type { Engine, EngineFacts } from './engine.js';
import { automaticEngines, gpuEngines, openEngine, standInsFor } from './registry.js';

interface Choice {
  readonly engine: Engine;
  /** The name that it was opened by, with the settings of then; undefined where it was given as an object. */
  readonly name?: string;
  /** Why a better one was not taken. */
  readonly problem?: string;
}

let choice: Choice | undefined;
let threads: number | undefined;
let winograd = true;
const listeners: ((before: Engine) => void)[] = [];

/** Makes an engine run all ops from now on: one by its name, or one that you have opened yourself. */
export function useEngine(engine: string | Engine): void {
  choose(typeof engine === 'string' ? open('useEngine', engine) : { engine });
}

/**
 * Makes the engine of that name run all ops from now on, or the next best where it is one that some machines cannot run:
 * `engineReport().problem` says why.
 */
export function preferEngine(name: string): void {
  choose(prefer('preferEngine', name));
}

/** What ops may be asked to run on: `auto` is a GPU where there is one, else the CPU. */
export type DeviceChoice = Device | 'auto';
export const deviceChoices: readonly DeviceChoice[] = ['cpu', 'gpu', 'auto'];

/**
 * Makes the best engine of that kind run all ops from now on: for `gpu` one that computes on a GPU, for `cpu` the one that is
 * taken where nobody asks, for `auto` that where there is no GPU; `engineReport()` says which, and why.
 *
 * @returns what is computed on, for `model.to(…)`
 * @throws EngineError where `gpu` is asked for and none is there; it says what is missing
 * @example const device = useDevice('auto'); model.to(device);
 */
export function useDevice(device: DeviceChoice): Device {
  requireOneOf('useDevice', 'device', device, deviceChoices);
  const gpus = device === 'cpu' ? [] : gpuEngines();
  if (device === 'gpu' && gpus.length === 0)
    throw new EngineError(
      'useDevice',
      "device='gpu' is given, and no engine that computes there is known by name; in a page: useEngine(await openBrowserGpuEngine())",
    );
  const [what, others] = device === 'gpu' ? ['no GPU opens', []] : [undefined, automaticEngines()];
  choose(firstOf('useDevice', [...gpus, ...others], what));
  return currentEngine().device ?? 'cpu';
}

/** The engine that runs ops; the first call chooses it. */
export function currentEngine(): Engine {
  choice ??= prefer('WICK_ENGINE', typeof process === 'undefined' ? '' : process.env.WICK_ENGINE);
  return choice.engine;
}

/** Calls `listener` with the engine that ran ops before, each time another takes over. */
export function whenEngineChanges(listener: (before: Engine) => void): void {
  listeners.push(listener);
}

/**
 * Sets how many threads engines that have threads work with, 1–256; the default is the number of CPUs. An engine that was given
 * to `useEngine` as an object keeps its own.
 */
export function setThreads(count: number): void {
  requireThreads('setThreads', 'count', count, 1);
  threads = count;
  reopen();
}

/**
 * Whether engines `native`, `wasm` and `webgpu` may compute 3×3 convolutions by Winograd's algorithm: on a CPU up to three times as fast, and with up to
 * ten times direct convolution's rounding (still a few 10⁻⁶ of the result). A pixel may move outputs up to 3 pixels from those
 * that see it, by as much of itself, and a NaN makes them NaN (docs/numbers.md). It may, unless this says otherwise.
 */
export function setWinograd(allowed: boolean): void {
  winograd = allowed;
  reopen();
}

/** What `setWinograd` has said. */
export function isWinogradAllowed(): boolean {
  return winograd;
}

/** The engine in use, with the settings as they are now. */
function reopen(): void {
  if (choice?.name !== undefined) choose({ ...choice, ...open('setThreads', choice.name) });
}

/** What `wick doctor` says about the engine. */
export interface EngineReport extends EngineFacts {
  readonly engine: string;
  readonly threads: number;
  /** Why a better engine was not chosen, where nobody asked for this one. */
  readonly problem?: string;
}

export function engineReport(): EngineReport {
  const { name, threads: count, facts } = currentEngine();
  const problem = choice?.problem;
  return { engine: name, threads: count, ...facts, ...(problem !== undefined && { problem }) };
}

function choose(next: Choice): void {
  const before = choice?.engine;
  choice = next;
  if (before !== undefined && before !== next.engine)
    for (const listener of listeners) listener(before);
}

/** The engine `name` or, where that is one to be replaced or nothing is asked for, the best that opens. */
function prefer(subject: string, name = ''): Choice {
  const others = name === '' ? automaticEngines() : standInsFor(subject, name);
  if (others.length === 0) return open(subject, name);
  return firstOf(subject, name === '' ? others : [name, ...others]);
}

/** The first of these that opens, and why those before it do not. */
function firstOf(subject: string, names: readonly string[], none = 'no engine opens'): Choice {
  const reasons: string[] = [];
  for (const next of names)
    try {
      const problem = reasons.join('; ');
      return { ...open(subject, next), ...(problem !== '' && { problem }) };
    } catch (error) {
      reasons.push(reasonOf(error));
    }
  throw new EngineError(subject, `${none} (${reasons.join('; ')})`);
}

function open(subject: string, name: string): Choice {
  const settings = { ...(threads !== undefined && { threads }), winograd };
  return { engine: openEngine(subject, name, settings), name };
}
