import { nearest } from '../../core/nearest.js';
import { quoteAll, show } from '../../core/outside-text.js';
import type { ReadFailure } from '../../core/regular-file.js';
import type { StateDict } from '../../nn/module.js';
import { Tensor } from '../../tensor/tensor.js';

/** Under which names people keep the weights in a checkpoint, the better known first. */
const usual = [
  'state_dict',
  'model_state_dict',
  'model',
  'model_state',
  'net',
  'network',
  'weights',
  'params',
  'state_dict_ema',
  'model_ema',
  'ema',
] as const;

/** What wrappers put before every key: `DataParallel`, `torch.compile`. */
const wrappers = ['module.', '_orig_mod.'] as const;

/**
 * The weights in what a file holds: itself, if it maps names to tensors, or what it keeps under `key` or a usual name.
 * A prefix that wrappers put before all names is taken away.
 */
export function findStateDict(
  content: unknown,
  key: string | undefined,
  fail: ReadFailure,
): StateDict {
  if (!(content instanceof Map)) throw fail(`holds ${kindOf(content)}, a state dict is required`);
  if (key !== undefined) {
    const found = asStateDict(content.get(key));
    if (found === null) throw fail(noneUnder(content, key));
    return unwrapped(found);
  }
  for (const candidate of [content, ...usual.map((name) => content.get(name))]) {
    const found = asStateDict(candidate);
    if (found !== null) return unwrapped(found);
  }
  throw fail(
    `holds no state dict; it has ${keysOf(content)}; name the one with the weights: { key: '…' }`,
  );
}

/** The value as a state dict, if it is one: a dict of tensors, with a few other values (counters) that are left out. */
function asStateDict(value: unknown): StateDict | null {
  if (!(value instanceof Map)) return null;
  const state: StateDict = new Map();
  for (const [name, tensor] of value)
    if (typeof name === 'string' && tensor instanceof Tensor) state.set(name, tensor);
  return state.size > 0 && 2 * state.size > value.size ? state : null;
}

function unwrapped(state: StateDict): StateDict {
  const names = [...state.keys()];
  const prefix = wrappers.find((wrapper) => names.every((name) => name.startsWith(wrapper)));
  if (prefix === undefined) return state;
  return unwrapped(
    new Map([...state].map(([name, tensor]) => [name.slice(prefix.length), tensor])),
  );
}

function noneUnder(content: ReadonlyMap<unknown, unknown>, key: string): string {
  if (content.has(key))
    return `holds ${kindOf(content.get(key))} under ${show(key)}, a state dict is required`;
  const meant = nearest(
    key,
    [...content.keys()].filter((name) => typeof name === 'string'),
  );
  return `has no ${show(key)}; it has ${keysOf(content)}${meant === undefined ? '' : `; did you mean ${show(meant)}?`}`;
}

function keysOf(content: ReadonlyMap<unknown, unknown>): string {
  return (
    quoteAll([...content.keys()].map((name) => (typeof name === 'string' ? name : show(name)))) ||
    'nothing'
  );
}

function kindOf(value: unknown): string {
  if (value instanceof Tensor) return 'one tensor';
  if (value instanceof Map) return 'a dict of other things';
  return Array.isArray(value) ? `a list of ${value.length}` : show(value);
}
