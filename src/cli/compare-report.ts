/** The tables of `wick compare`, of at most 80 columns. */
import { valueText } from '../recipes/settings/value-text.js';
import { english } from '../report/language/english.js';
import type { RunComparison } from '../runs/compare/compare.js';
import { runLabel } from '../runs/compare/notes.js';
import { runRows, settingRows } from '../runs/compare/rows.js';
import { formatTable, wrapped } from './output.js';
import { textWidth } from './text-width.js';

const lineWidth = 80;

/** The table as lines; of long paths the end is shown, by which runs differ. */
export function runTable(comparison: RunComparison): string[] {
  const rows = runRows(comparison);
  const around = Math.max(
    ...formatTable(rows.map((row) => row.toSpliced(1, 1, ''))).map(textWidth),
  );
  const room = Math.max(8, lineWidth - around);
  return formatTable(
    rows.map((row) => row.with(1, endOf(row[1] ?? '', room))),
    2,
  );
}

function endOf(path: string, width: number): string {
  const characters = [...path];
  while (textWidth(characters.join('')) > width - 1) characters.shift();
  return characters.length === [...path].length || textWidth(path) <= width
    ? path
    : `…${characters.join('')}`;
}

/** The same as lines: a table where it fits, else a paragraph for each setting, in which equal values stand once. */
export function settingTable(comparison: RunComparison): string[] {
  if (comparison.differing.length === 0)
    return comparison.runs.length < 2 ? [] : [english.compare.noneDiffers];
  const table = formatTable(settingRows(comparison), 1);
  if (table.every((line) => textWidth(line) <= lineWidth)) return table;
  return comparison.differing.flatMap(({ key, values }) => {
    const runsOf = new Map<string, string[]>();
    values.forEach((value, i) => {
      const text = valueText(value);
      runsOf.set(text, [...(runsOf.get(text) ?? []), runLabel(i)]);
    });
    const parts = [...runsOf].map(([text, labels]) => `${text} (${labels.join(', ')})`);
    return wrapped(`${key}: ${parts.join('; ')}`, 4);
  });
}
