/**
 * The one door to the user's terminal. Commands print text for people, or with `--json` one object per line and nothing
 * else. Names of files and classes come from outside: what a terminal would act on in them is shown as its escape.
 */
import { printable } from '../core/outside-text.js';
import { padText, textWidth } from './text-width.js';

/** One object on a line of stdout. */
export function printJson(value: object): void {
  process.stdout.write(`${jsonLine(value)}\n`);
}

/** One line on stdout. */
export function printLine(text = ''): void {
  process.stdout.write(`${printable(text)}\n`);
}

/** One line on stderr: what is no result. */
export function printAside(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** JSON in which terminals find nothing to act on either: `JSON.stringify` leaves some such characters as they are. */
export function jsonLine(value: object): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Rows as a table: the first columns to the left, those from `rightFrom` on to the right. */
export function formatTable(rows: readonly (readonly string[])[], rightFrom = 1): string[] {
  const shown = rows.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of shown)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, textWidth(cell));
    });
  return shown.map((row) =>
    row
      .map((cell, i) => padText(cell, widths[i] ?? 0, i >= rightFrom ? 'before' : 'after'))
      .join('  ')
      .trimEnd(),
  );
}

/** The widest line that is not wrapped. */
const lineWidth = 80;

/** A text as lines of at most 80 columns where its blanks allow it, each after the first indented by `indent`. */
export function wrapped(text: string, indent: number): string[] {
  const [first = '', ...words] = printable(text).split(/(?<=\S) /);
  const lines: string[] = [];
  let line = first;
  for (const word of words) {
    const longer = `${line} ${word}`;
    if (textWidth(longer) <= lineWidth) line = longer;
    else {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    }
  }
  return [...lines, line];
}
