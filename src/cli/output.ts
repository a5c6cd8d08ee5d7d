/** What commands print: text for people, or with `--json` one object per line and nothing else. */

export function printJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function printLine(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** Rows as a table: the first column to the left, numbers to the right. */
export function formatTable(rows: readonly (readonly string[])[], rightFrom = 1): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  return rows.map((row) =>
    row
      .map((cell, i) =>
        i >= rightFrom ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** A text as lines of at most 78 columns where its blanks allow it, each after the first indented by `indent`. */
export function wrapped(text: string, indent: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > 78) {
    const end = rest.lastIndexOf(' ', 78);
    if (rest.slice(0, end).trim() === '') break; // a single long word
    lines.push(rest.slice(0, end));
    rest = ' '.repeat(indent) + rest.slice(end + 1);
  }
  return [...lines, rest];
}
