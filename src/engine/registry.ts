/** Which engines there are, by name: each room registers its own (`register.ts` in it), and nothing here knows their classes. */
import type { Device } from '../core/device.js';
import { EngineError } from '../core/errors.js';
import { optionReader, requireOneOf } from '../core/options.js';
import type { Engine } from './engine.js';

/** What `setThreads` and `setWinograd` say, for engines that care. */
export interface EngineSettings {
  /** Undefined: as many as the machine has CPUs. */
  readonly threads?: number;
  readonly winograd: boolean;
}

/** Opens an engine; an EngineError where the machine cannot run it. */
export type OpenEngine = (settings: EngineSettings) => Engine;

export interface RegisterOptions {
  /**
   * Whether it is tried where nobody asks for an engine; of those the first that opens is taken, in the order of their
   * registration.
   * @default false
   */
  readonly automatic?: boolean;
  /** Whether the automatic ones stand in for it where a program only prefers it (`WICK_ENGINE`, `--engine`). @default false */
  readonly replaceable?: boolean;
  /** What it computes on, as its `Engine.device` says once it is open. @default 'cpu' */
  readonly device?: Device;
}

const readOptions = optionReader<RegisterOptions>('registerEngine', {
  automatic: true,
  replaceable: true,
  device: true,
});

interface Entry extends Required<RegisterOptions> {
  readonly name: string;
  readonly open: OpenEngine;
}

const entries = new Map<string, Entry>();

/**
 * Makes an engine known by `name`: `useEngine(name)` then opens it. An engine is opened once for the same settings, as long as
 * anybody uses it and it has not ended.
 *
 * @throws EngineError where the name is taken
 * @example registerEngine('fpga', () => openFpgaEngine());
 */
export function registerEngine(
  name: string,
  open: OpenEngine,
  ...given: [options?: RegisterOptions]
): void {
  const { automatic = false, replaceable = false, device = 'cpu' } = readOptions(given);
  requireOneOf('registerEngine', 'device', device, ['cpu', 'gpu']);
  if (entries.has(name))
    throw new EngineError(
      'registerEngine',
      `there is an engine '${name}' already; choose another name`,
    );
  entries.set(name, { name, open, automatic, replaceable, device });
}

/** The names of all engines that are registered. */
export function engineNames(): readonly string[] {
  return [...entries.keys()];
}

/** Those to try where nobody asks for one, best first. */
export function automaticEngines(): readonly string[] {
  return [...entries.values()].filter(({ automatic }) => automatic).map(({ name }) => name);
}

/** Those that compute on a GPU, best first. */
export function gpuEngines(): readonly string[] {
  return [...entries.values()].filter(({ device }) => device === 'gpu').map(({ name }) => name);
}

/**
 * Those to try, best first, where `name` does not open; none where it is not replaceable.
 *
 * @throws EngineError where there is no such engine
 */
export function standInsFor(subject: string, name: string): readonly string[] {
  if (!entryOf(subject, name).replaceable) return [];
  return automaticEngines().filter((other) => other !== name);
}

/**
 * What has been opened, by name and settings: each has memory and threads of its own, which go when nobody uses it any
 * more.
 */
const opened = new Map<string, WeakRef<Engine>>();

/** The engine `name` with these settings. @throws EngineError where there is none, or it does not open */
export function openEngine(subject: string, name: string, settings: EngineSettings): Engine {
  const { open, device } = entryOf(subject, name);
  const key = `${name} ${JSON.stringify(settings)}`;
  const known = opened.get(key)?.deref();
  if (known !== undefined && known.ended !== true) return known;
  const engine = open(settings);
  if ((engine.device ?? 'cpu') !== device)
    throw new EngineError(
      'registerEngine',
      `'${name}' is registered for device '${device}', its engine says '${engine.device ?? 'cpu'}'; let both say the same`,
    );
  opened.set(key, new WeakRef(engine));
  return engine;
}

function entryOf(subject: string, name: string): Entry {
  const entry = entries.get(name);
  if (entry !== undefined) return entry;
  throw new EngineError(
    subject,
    `there is no engine '${name}'; choose one of ${engineNames().join(', ')}`,
  );
}
