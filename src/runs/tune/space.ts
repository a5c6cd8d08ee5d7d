/** What a study tries: settings with the values that each may take. */
import { ValueError } from '../../core/errors.js';
import { isPlain } from '../../core/options.js';
import { quote, show } from '../../core/outside-text.js';

/**
 * The values of a setting: `{ log: [1e-5, 1e-1] }` (evenly in its logarithm), `{ uniform: [0, 0.5] }`, `{ int: [1, 8] }`
 * (both ends are among them), or `{ choice: ['sgd', 'adam'] }`.
 */
export type Dimension =
  | { readonly log: readonly [low: number, high: number] }
  | { readonly uniform: readonly [low: number, high: number] }
  | { readonly int: readonly [low: number, high: number] }
  | { readonly choice: readonly unknown[] };

/** Settings by their keys, `optimizer.lr`, with a value each. */
export type Values = Readonly<Record<string, unknown>>;

const kinds = ['log', 'uniform', 'int', 'choice'] as const;
type Kind = (typeof kinds)[number];

/** The two ends of a range; null of a choice. */
export function rangeOf(dimension: Dimension): readonly [low: number, high: number] | null {
  if ('log' in dimension) return dimension.log;
  if ('uniform' in dimension) return dimension.uniform;
  return 'int' in dimension ? dimension.int : null;
}

/** Throws unless it is a dimension that has values. */
export function requireDimension(key: string, given: unknown): asserts given is Dimension {
  const [kind, ...others] = isPlain(given) ? Object.keys(given as object) : [];
  if (!kinds.includes(kind as Kind) || others.length > 0)
    throw new ValueError(
      key,
      `given ${show(given)}, one of { log: [low, high] }, { uniform: [low, high] }, { int: [low, high] } and { choice: [a, b] } is required`,
    );
  const [[, values] = ['', null]] = Object.entries(given as object);
  if (kind === 'choice') requireChoices(key, values);
  else requireRange(key, kind as Kind, values);
}

/** Throws unless it is a list of different values. */
export function requireChoices(key: string, values: unknown): asserts values is readonly unknown[] {
  if (!Array.isArray(values) || values.length === 0)
    throw new ValueError(key, `given ${show(values)}, a list of values is required: [1, 2]`);
  const distinct = new Set(values.map((value) => JSON.stringify(value)));
  if (distinct.size < values.length)
    throw new ValueError(key, `given ${show(values)}, different values are required`);
}

function requireRange(key: string, kind: Kind, values: unknown): void {
  const isPair = Array.isArray(values) && values.length === 2 && values.every(Number.isFinite);
  const [low = 0, high = 0] = isPair ? (values as number[]) : [];
  if (!isPair || !(low < high))
    throw new ValueError(
      key,
      `given ${kind} from ${show(values)}, two numbers are required, the lower one first`,
    );
  if (kind === 'log' && !(low > 0))
    throw new ValueError(key, `given log from ${low}, a range above 0 is required; or use uniform`);
  if (kind === 'int' && !(Number.isSafeInteger(low) && Number.isSafeInteger(high)))
    throw new ValueError(key, `given int from ${low} to ${high}, whole numbers are required`);
}

const form = 'KEY=log:LOW..HIGH, KEY=uniform:LOW..HIGH, KEY=int:LOW..HIGH or KEY=choice:A,B';

/** `optimizer.lr=log:1e-5..1e-1` as the command line has it. @throws ValueError that says what is wrong with it */
export function parseSearch(text: string): readonly [key: string, dimension: Dimension] {
  const [, key = '', kind = '', rest = ''] = /^\s*([^=]+?)\s*=\s*(\w+)\s*:(.*)$/s.exec(text) ?? [];
  const empty = kind === 'choice' && parseList(rest).length === 0;
  if (key === '' || !kinds.includes(kind as Kind) || empty)
    throw new ValueError('search', `given ${quote(text)}, ${form} is required`);
  const ends = rest.split('..').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const dimension = { [kind]: kind === 'choice' ? parseList(rest) : ends };
  requireDimension(key, dimension);
  return [key, dimension];
}

/** `model.views=1,2,4` as the command line has it. @throws ValueError that says what is wrong with it */
export function parseGrid(text: string): readonly [key: string, values: readonly unknown[]] {
  const at = text.indexOf('=');
  const values = parseList(text.slice(at + 1));
  if (at < 1 || values.length === 0)
    throw new ValueError(
      'grid',
      `given ${quote(text)}, a setting and values are required: KEY=A,B`,
    );
  const key = text.slice(0, at).trim();
  requireChoices(key, values);
  return [key, values];
}

/** Values between commas, each JSON where it is JSON and otherwise the text itself; commas within brackets are theirs. */
function parseList(text: string): unknown[] {
  const parts = text.match(/(\[[^\]]*\]|\{[^}]*\}|[^,])+/g) ?? [];
  return parts.map((part) => {
    const value = part.trim();
    try {
      return JSON.parse(value) as unknown;
    } catch {
      return value;
    }
  });
}
