import { htmlText } from './html.js';

export interface TextLook {
  readonly size: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
  readonly color?: string;
}

/** A line of text in an SVG, whatever is in it. */
export function svgText(
  text: string,
  x: number,
  y: number,
  { size, anchor = 'start', bold = false, color = '#333333' }: TextLook,
): string {
  const weight = bold ? ' font-weight="bold"' : '';
  return `<text x="${x}" y="${y}" font-size="${size}" font-family="system-ui, sans-serif"${weight} text-anchor="${anchor}" fill="${color}">${htmlText(text)}</text>`;
}
