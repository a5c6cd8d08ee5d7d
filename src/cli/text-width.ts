/** How wide text stands on a terminal, where `运` takes two columns and a combining accent none. */
import stringWidth from 'string-width';

/** Columns that the text takes. */
export function textWidth(text: string): number {
  return stringWidth(text);
}

/** The text with blanks after it, or before it, up to `width` columns. */
export function padText(text: string, width: number, side: 'after' | 'before' = 'after'): string {
  const blanks = ' '.repeat(Math.max(0, width - textWidth(text)));
  return side === 'after' ? text + blanks : blanks + text;
}

const characters = new Intl.Segmenter();

/** The text, or as much of its beginning as fits into `width` columns with an ellipsis after it. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let shown = '';
  let columns = 1; // the ellipsis
  for (const { segment } of characters.segment(text)) {
    columns += textWidth(segment);
    if (columns > width) break;
    shown += segment;
  }
  return `${shown}…`;
}
