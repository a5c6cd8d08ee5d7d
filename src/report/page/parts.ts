/** Pieces of a page. */
import { htmlText } from '../html.js';

/** Text that may hold names: the direction of their writing does not spread to what is around them. */
export function name(text: string): string {
  return `<bdi>${htmlText(text)}</bdi>`;
}

export function section(heading: string, content: string): string {
  return content === '' ? '' : `<section>\n<h2>${htmlText(heading)}</h2>\n${content}\n</section>`;
}

/** Rows of text, the first cell of each its name. */
export function table(
  rows: readonly (readonly string[])[],
  header: readonly string[] = [],
): string {
  const head =
    header.length === 0
      ? ''
      : `<tr>${header.map((cell) => `<th scope="col">${name(cell)}</th>`).join('')}</tr>`;
  const lines = rows.map(
    ([first = '', ...rest]) =>
      `<tr><th scope="row">${name(first)}</th>${rest.map((cell) => `<td>${name(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="wide"><table>${head}${lines.join('')}</table></div>`;
}

/** Commands with what they are for. */
export function facts(rows: readonly (readonly string[])[]): string {
  return rows
    .map(([code = '', text = '']) => `<p>${htmlText(text)}<br><code>${htmlText(code)}</code></p>`)
    .join('\n');
}

/** `98.9` of 0.989. */
export function percentOf(share: number): string {
  return (100 * share).toFixed(1);
}
