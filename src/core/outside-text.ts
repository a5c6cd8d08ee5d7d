/**
 * Text from outside on its way to people: names of files and classes, lines of damaged files, values read from JSON. A
 * terminal obeys control characters, so a name could clear the screen or show another name than it has.
 */

/** The most characters of a quoted text or value that are shown. */
const maxShown = 80;

/** Controls, line and paragraph separators, lone surrogates, marks that turn the direction of writing, invisible tags. */
const unprintable =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A name as it can be printed on one line: what a terminal would obey is escaped, `\x1b[31m`. */
export function printable(text: string): string {
  return text.replace(unprintable, (char) => named[char] ?? escaped(char.codePointAt(0) ?? 0));
}

/** The same for a message of several lines: its line breaks stay. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** A text from outside in quotes, printable and at most 80 characters of it: `'cat'`. */
export function quote(text: string): string {
  return `'${shorten(text)}'`;
}

/** `'cat', 'dog'`: names from outside, the first ten of them; quotes show blanks at the ends. */
export function quoteAll(names: readonly string[]): string {
  const shown = names.slice(0, 10).map(quote).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}

/** Any value from outside as JSON would write it, printable and at most 80 characters of it, however large or deep it is. */
export function show(value: unknown): string {
  return shorten(tokens(value));
}

/** The first characters of a text that comes whole or in pieces; no more pieces are asked for than are shown. */
function shorten(pieces: Iterable<string>): string {
  let shown = '';
  for (const piece of pieces)
    for (const char of piece) {
      const next = shown + printable(char);
      if (next.length > maxShown) return `${shown}…`;
      shown = next;
    }
  return shown;
}

/** The pieces of a value's JSON; whoever stops asking goes no deeper. */
function* tokens(value: unknown): Generator<string> {
  if (typeof value === 'string') yield JSON.stringify(value.slice(0, maxShown + 1));
  else if (typeof value === 'function') yield 'a function';
  else if (typeof value !== 'object' || value === null) yield String(value);
  else if (Symbol.iterator in value) yield* listTokens(value as Iterable<unknown>);
  else yield* objectTokens(value as Readonly<Record<string, unknown>>);
}

function* listTokens(list: Iterable<unknown>): Generator<string> {
  yield '[';
  let first = true;
  for (const item of list) {
    if (!first) yield ',';
    first = false;
    yield* tokens(item);
  }
  yield ']';
}

function* objectTokens(object: Readonly<Record<string, unknown>>): Generator<string> {
  yield '{';
  let first = true;
  for (const key in object) {
    if (!Object.hasOwn(object, key)) continue;
    yield `${first ? '' : ','}${JSON.stringify(key.slice(0, maxShown + 1))}:`;
    first = false;
    yield* tokens(object[key]);
  }
  yield '}';
}

function escaped(code: number): string {
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}
