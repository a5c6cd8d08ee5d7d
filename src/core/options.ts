/**
 * Options objects, read at the boundary. A function takes its options as a rest parameter of one element,
 * `...given: [options?: O]`: callers with types see `options?: O`, and what plain JavaScript puts there (PyTorch's
 * positional arguments, a misspelt or snake_case name) reaches the reader, which refuses it and says what was meant.
 */
import { ValueError } from './errors.js';
import { nearest } from './nearest.js';
import { quote, show } from './outside-text.js';

/** Every name of `O`, in PyTorch's order of positional arguments: the compiler refuses one missing or too many. */
export type OptionNames<O extends object> = Readonly<Record<keyof O & string, true>>;

/**
 * Returns the options that were given, `{}` where there are none; `subject` is named in errors instead of the reader's own.
 *
 * @throws ValueError for what it does not know
 */
export type OptionReader<O extends object> = (given: readonly [options?: O], subject?: string) => O;

/** Names that other libraries use, where no likeness of letters tells what is meant. */
const elsewhere: Readonly<Record<string, string>> = { learningrate: 'lr' };

const none = Object.freeze({});

/**
 * A reader of the options of `subject`. `notes` answer names that are not options here: what to write instead.
 *
 * @example
 * const readOptions = optionReader<PoolOptions>('MaxPool2d', { stride: true, padding: true });
 * constructor(size: number, ...given: [options?: PoolOptions]) { const { stride = size } = readOptions(given); … }
 */
export function optionReader<O extends object>(
  subject: string,
  names: OptionNames<O>,
  notes: Readonly<Record<string, string>> = {},
): OptionReader<O> {
  const known: ReadonlySet<string> = new Set(Object.keys(names));
  return (given, caller = subject) => {
    const options: unknown = given[0];
    if (given.length > 1 || typeof options !== 'object' || options === null) {
      if (options === undefined && given.length < 2) return none as O; // All are optional, or the caller has no types.
      throw misplaced(caller, given, [...known]);
    }
    for (const name in options)
      if (!known.has(name)) throw unknownOption(caller, options, name, [...known], notes);
    return options as O; // its names have been checked
  };
}

/** Throws unless `options` has names of `known` alone. For options that one function passes on to another. */
export function requireKnownOptions(
  subject: string,
  options: object,
  known: readonly string[],
): void {
  for (const name in options)
    if (!known.includes(name)) throw unknownOption(subject, options, name, known, {});
}

/** Throws if a function that takes no options was given some. */
export function refuseOptions(subject: string, given: readonly unknown[]): void {
  if (given.length > 0 && given.some((value) => value !== undefined))
    throw new ValueError(subject, `${listed(given)} is given, but it takes no options`);
}

/** The same for functions that are passed to `reduce` and `map` too, which add a position: names alone are refused. */
export function refuseNamedOptions(subject: string, given: readonly unknown[]): void {
  if (isPlain(given[0])) refuseOptions(subject, given.slice(0, 1));
}

/** Throws unless an argument is a number: an object with it under its name is told how it is written. */
export function requireNumber(subject: string, name: string, value: number): void {
  if (typeof value === 'number') return;
  const inner = isPlain(value) ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
  throw new ValueError(
    subject,
    `${name}=${shown(value)} must be a number${inner === undefined ? '' : `; write it alone: ${shown(inner)}`}`,
  );
}

/** Throws unless every named number is whole and ≥ `min`. */
export function requireWhole(
  subject: string,
  values: Readonly<Record<string, number>>,
  min = 1,
): void {
  for (const [name, value] of Object.entries(values))
    if (!Number.isSafeInteger(value) || value < min)
      throw new ValueError(subject, `${name}=${shown(value)} must be a whole number ≥ ${min}`);
}

/** Throws unless an argument is a list, as `what` says of what. */
export function requireList(subject: string, value: unknown, what: string): void {
  const isList =
    typeof value === 'object' && value !== null && Symbol.iterator in value && !('shape' in value);
  if (!isList)
    throw new ValueError(
      subject,
      `${shown(value)} is given where a list of ${what} is required: [a, b]`,
    );
}

/** Throws unless `value` is one of `allowed`. */
export function requireOneOf<T extends string>(
  subject: string,
  name: string,
  value: T,
  allowed: readonly T[],
): void {
  if (allowed.includes(value)) return;
  const meant = typeof value === 'string' ? meantBy(value, allowed) : undefined;
  throw new ValueError(
    subject,
    `${name}=${shown(value)} must be one of ${allowed.join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  );
}

function unknownOption(
  subject: string,
  options: object,
  name: string,
  known: readonly string[],
  notes: Readonly<Record<string, string>>,
): ValueError {
  if (!isPlain(options)) return misplaced(subject, [options], known);
  return new ValueError(subject, `option ${quote(name)} is unknown${advice(name, known, notes)}`);
}

function advice(
  name: string,
  known: readonly string[],
  notes: Readonly<Record<string, string>>,
): string {
  const note = Object.hasOwn(notes, name) ? notes[name] : undefined;
  if (note !== undefined) return `; ${note}`;
  const meant = meantBy(name, known);
  if (meant !== undefined) return `; did you mean ${meant}?`;
  return known.length === 0 ? '' : `; known are ${known.join(', ')}`;
}

/** The option that a name of another library, a snake_case one or a misspelling stands for. */
function meantBy(name: string, known: readonly string[]): string | undefined {
  const bare = (text: string) => text.replaceAll('_', '').toLowerCase();
  const same = known.find((option) => bare(option) === bare(name));
  if (same !== undefined) return same;
  const there = Object.hasOwn(elsewhere, bare(name)) ? elsewhere[bare(name)] : undefined;
  if (there !== undefined && known.includes(there)) return there;
  return nearest(name, known);
}

/** Something else stands where the options object belongs: the arguments as options, in PyTorch's order. */
function misplaced(
  subject: string,
  given: readonly unknown[],
  known: readonly string[],
): ValueError {
  const [first, ...rest] = given;
  const values = isPlain(first) ? rest : given;
  const pairs = values.flatMap((value, i) => {
    const name = known[i];
    return name === undefined || value === undefined ? [] : [`${name}: ${shown(value)}`];
  });
  const wanted = isPlain(first) || pairs.length === 0 ? '' : `: { ${pairs.join(', ')} }`;
  return new ValueError(
    subject,
    `${listed(given)} ${given.length === 1 ? 'is' : 'are'} given where one object with options is required${wanted}`,
  );
}

/** Whether a value is an object as `{ … }` writes it, and not an instance of some class. */
export function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function listed(values: readonly unknown[]): string {
  return values.map(shown).join(', ');
}

/** A value as it is written in code, where it is short. */
function shown(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return show(value);
  return isPlain(value) ? show(value) : `a ${value.constructor.name}`;
}
