/** Settings lie in layers: the defaults, the recipe's, those of a file, those of the command line. The upper one counts. */
import { ValueError } from '../../core/errors.js';
import { isPlain } from '../../core/options.js';

/** A layer as it comes from outside, before anything is checked. */
export type RawLayer = Readonly<Record<string, unknown>>;

/** A short form of a section: the setting that a number or a word alone means. */
interface Short {
  /** Where a word that names no number goes. */
  readonly word?: string;
  /** Where a number goes. */
  readonly number?: string;
  /** Whether `true` switches it on as it is by default, and `false` and `none` switch it off. */
  readonly canBeOff?: true;
}

const shorts: Readonly<Record<string, Short>> = {
  data: { word: 'path' },
  model: { word: 'name' },
  'model.fineTune': { number: 'headEpochs', canBeOff: true },
  optimizer: { word: 'name' },
  schedule: { word: 'name', canBeOff: true },
  warmup: { number: 'epochs', canBeOff: true },
  clip: { number: 'norm', canBeOff: true },
  loss: { word: 'name' },
  'loss.classWeights': { number: 'power', canBeOff: true },
  mixup: { number: 'alpha', canBeOff: true },
  cutmix: { number: 'alpha', canBeOff: true },
  ema: { number: 'decay', canBeOff: true },
  lookahead: { number: 'everySteps', canBeOff: true },
  freeze: { canBeOff: true },
  earlyStopping: { number: 'patience', canBeOff: true },
};

/** Whether a section may be off. */
export function canBeOff(key: string): boolean {
  return Object.hasOwn(shorts, key) && shorts[key]?.canBeOff === true;
}

/** Words that stand for a value, by setting. */
const words: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'loss.classWeights': { auto: true },
  'data.cache': { none: 'none' }, // no cache, whatever the recipe's choice is
};

/** The section that a short form stands for; everything else as it is. */
export function expand(key: string, value: unknown): unknown {
  if (value === undefined || isPlain(value)) return value;
  const word = typeof value === 'string' ? words[key]?.[value] : undefined;
  const meant = word ?? (value === 'none' ? null : value);
  if (key === 'time' && typeof meant === 'string') return secondsOf(meant);
  const short = Object.hasOwn(shorts, key) ? shorts[key] : undefined;
  if (short === undefined) return meant;
  if (short.canBeOff && typeof meant === 'boolean') return meant ? {} : null;
  if (typeof meant === 'number' && short.number !== undefined) return { [short.number]: meant };
  if (typeof meant === 'string' && short.word !== undefined) return { [short.word]: meant };
  return meant;
}

/**
 * One layer on top of another. Where the upper names another optimizer or schedule, nothing of the lower one's is left: its
 * learning rate and options were chosen for that one.
 */
export function merge(lower: RawLayer, upper: RawLayer, path = ''): RawLayer {
  const merged: Record<string, unknown> = { ...lower };
  for (const [name, given] of Object.entries(upper)) {
    const key = path === '' ? name : `${path}.${name}`;
    if (name === '__proto__') throw new ValueError(key, 'is no setting'); // it would not be put in, but behind it
    const value = expand(key, given);
    if (value === undefined) continue;
    const below = expand(key, merged[name]);
    const onTop = isPlain(value) && isPlain(below) && !changesName(key, below, value);
    if (onTop) merged[name] = merge(below as RawLayer, value as RawLayer, key);
    else merged[name] = isPlain(value) ? merge({}, value as RawLayer, key) : value;
  }
  return merged;
}

/** Losses share their settings. */
function changesName(key: string, lower: unknown, upper: unknown): boolean {
  if (key === 'loss') return false;
  const { name: before } = lower as RawLayer;
  const { name = before } = upper as RawLayer;
  return name !== before;
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** The seconds of `90`, `90s`, `10m` or `1h30m`; other texts as they are. */
function secondsOf(text: string): number | string {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  if (!/^(\d+(\.\d+)?[smh])+$/.test(text)) return text;
  const parts = text.matchAll(/([\d.]+)([smh])/g);
  return [...parts].reduce(
    (sum, [, n, unit = '']) => sum + Number(n) * (unitSeconds[unit] ?? 0),
    0,
  );
}
