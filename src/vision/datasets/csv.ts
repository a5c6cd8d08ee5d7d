import { DataError } from '../../core/errors.js';
import { quote } from '../../core/outside-text.js';

/** A row of a CSV file and the line on which it begins, counted from 1. */
export interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * The rows of a CSV text (RFC 4180): fields in double quotes may hold separators, line breaks and doubled quotes. Empty
 * lines are passed over. `path` is for messages.
 */
export function* csvRows(path: string, text: string, separator = ','): Generator<CsvRow> {
  const end = new RegExp(`[${separator}\\n]`, 'g');
  let position = text.startsWith('\ufeff') ? 1 : 0;
  let line = 1;
  while (position < text.length) {
    const start = line;
    const fields: string[] = [];
    let separated = true;
    while (separated) {
      let field: string;
      if (text[position] === '"') {
        const close = closingQuote(text, position + 1);
        if (close < 0) throw new DataError(path, `line ${start}: a quoted field has no end`);
        field = text.slice(position + 1, close).replaceAll('""', '"');
        line += newlines(field);
        position = close + 1;
        const next = text[position];
        if (next !== undefined && next !== separator && next !== '\n' && next !== '\r')
          throw new DataError(path, `line ${line}: ${quote(next)} after a closing quote`);
        if (next === '\r') position++;
      } else {
        end.lastIndex = position;
        const stop = end.exec(text)?.index ?? text.length;
        field = text.slice(position, stop).replace(/\r$/, '');
        position = stop;
      }
      fields.push(field);
      separated = text[position] === separator;
      position++;
    }
    line++;
    if (fields.length > 1 || fields[0] !== '') yield { line: start, fields };
  }
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

function newlines(text: string): number {
  return text.split('\n').length - 1;
}
