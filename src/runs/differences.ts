import { isPlain } from '../core/options.js';
import { show } from '../core/outside-text.js';
import type { EngineFacts } from '../engine/engine.js';
import type { RunConfig } from './run-config.js';

/** Settings on which no number depends. */
const free: ReadonlySet<string> = new Set([
  'data.path', // its pictures are compared
  'data.cache',
  'data.onError',
  'loader.workers',
  'loader.prefetchFactor',
  'time',
]);

/** How the difference of recipe files begins. */
export const codeChange = 'the code in ';

/** What differs in ways that change numbers between what a run was begun with and what it would go on with, by name. */
export function differences(then: RunConfig, now: RunConfig): string[] {
  const changed: string[] = [];
  const compare = (what: string, before: unknown, after: unknown) => {
    if (JSON.stringify(before) !== JSON.stringify(after))
      changed.push(`${what} was ${shown(before)} and is ${shown(after)} now`);
  };
  compare('the version of wick', then.wick, now.wick);
  compare('the version of Node', major(then.node), major(now.node));
  if (then.code?.sha256 !== now.code?.sha256)
    compare(`${codeChange}${now.code?.path ?? then.code?.path}`, digest(then), digest(now));
  compareData(then, now, changed);
  for (const [key, before, after] of changes(then.settings, now.settings)) {
    if (free.has(key) || key.startsWith('checkpoints.')) continue;
    if (key === 'epochs' && isMore(now, then)) continue;
    compare(key, before, after);
  }
  for (const key of ['engine', 'threads', 'winograd'])
    compare(key, then.engine[key], now.engine[key]);
  if (then.engine.engine !== now.engine.engine) return changed; // its parts differ, too
  compare('its kernels', then.engine.kernels, now.engine.kernels);
  compare('its code', then.engine.code, now.engine.code);
  compare('its GPU', gpuOf(then), gpuOf(now));
  return changed;
}

function compareData(then: RunConfig, now: RunConfig, changed: string[]): void {
  const prints = (config: RunConfig) => (config.data.fingerprint ?? {}) as Record<string, unknown>;
  for (const part of ['train', 'val', 'test']) {
    const [before, after] = [then.data[part], now.data[part]];
    if (before !== after)
      changed.push(`the ${part} set had ${before ?? 'no'} images and has ${after ?? 'none'} now`);
    else if (prints(then)[part] !== prints(now)[part])
      changed.push(`the ${part} set has other images than it had`);
  }
}

const gpuOf = ({ engine }: RunConfig) =>
  (engine as Pick<EngineFacts, 'adapter'>).adapter?.description; // as it was written

function digest({ code }: RunConfig): string {
  return code === undefined ? 'none' : `SHA-256 ${code.sha256.slice(0, 12)}…`;
}

/** A value as people read it, a section that has a name by that. */
function shown(value: unknown): string {
  if (value === undefined) return 'not set';
  if (value === null) return 'none';
  const { name } = value as { readonly name?: unknown };
  if (isPlain(value) && typeof name === 'string') return name;
  return typeof value === 'string' ? value : show(value);
}

function isMore(now: RunConfig, then: RunConfig): boolean {
  return Number(now.settings.epochs) >= Number(then.settings.epochs);
}

/**
 * The settings that differ, by their keys: a section that is off, or another one, on one side as a whole (`schedule`), and else
 * each for itself (`schedule.gamma`). Functions, which a file does not hold, are left out.
 */
function* changes(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  path = '',
): Generator<readonly [key: string, before: unknown, after: unknown]> {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const key = path === '' ? name : `${path}.${name}`;
    const [a, b] = [before[name], after[name]];
    if (typeof a === 'function' || typeof b === 'function') continue;
    if (isSection(a) && isSection(b) && (a.name === b.name || key === 'model' || key === 'loss'))
      yield* changes(a, b, key);
    else yield [key, a, b];
  }
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return isPlain(value);
}

/** The settings by their keys, `optimizer.lr`; functions, which a file does not hold, left out. */
export function flat(settings: object, path = ''): Map<string, unknown> {
  return new Map(
    Object.entries(settings).flatMap(([name, value]: [string, unknown]) => {
      const key = path === '' ? name : `${path}.${name}`;
      if (typeof value === 'function') return [];
      return isPlain(value) ? [...flat(value as object, key)] : [[key, value] as const];
    }),
  );
}

function major(version: string): string {
  return version.split('.')[0] ?? version;
}
