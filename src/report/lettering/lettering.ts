import { strokes } from './strokes.js';

/** Of the font size: the units of the alphabet, the pen, and what lies between letters. */
const unitX = 0.09;
const unitY = 0.118;
const pen = 0.085;
const gap = 2;
const blank = 3;

/** Signs that have a likeness among those of ASCII. */
const likenesses: Readonly<Record<string, string>> = {
  '–': '-',
  '—': '-',
  '−': '-',
  '×': 'x',
  '…': '...',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '→': '->',
  ß: 'ss',
  ø: 'o',
  æ: 'ae',
};

/** The text in letters that the alphabet has, accents left off; null where it has signs that are like none of them. */
export function lettersOf(text: string): string | null {
  const plain = text.normalize('NFD').replace(/\p{Mn}/gu, '');
  let letters = '';
  for (const sign of plain) {
    const letter = sign === ' ' || strokes[sign] !== undefined ? sign : likenesses[sign];
    if (letter === undefined) return null;
    letters += letter;
  }
  return letters;
}

/** A text as strokes of a pen, with its left end at 0 and the line it stands on at 0. */
export interface Lettering {
  /** The `d` of an SVG path. */
  readonly path: string;
  readonly width: number;
  readonly pen: number;
}

/** Letters of `lettersOf`, of so many pixels. */
export function lettering(letters: string, size: number): Lettering {
  let at = 0;
  const parts: string[] = [];
  for (const letter of letters) {
    const lines = (strokes[letter] ?? '').split(' ').filter((text) => text !== '');
    const columns = lines.flatMap((points) => pairs(points).map(([x]) => x));
    if (columns.length === 0) {
      at += blank;
      continue;
    }
    const left = Math.min(...columns);
    for (const points of lines)
      parts.push(
        pairs(points)
          .map(([x, y], i) => {
            const px = (at + x - left) * unitX * size;
            const py = (y - 6) * unitY * size;
            return `${i === 0 ? 'M' : 'L'}${px.toFixed(2)} ${py.toFixed(2)}`;
          })
          .join(''),
      );
    at += Math.max(...columns) - left + gap;
  }
  return { path: parts.join(''), width: Math.max(0, at - gap) * unitX * size, pen: pen * size };
}

function pairs(points: string): [x: number, y: number][] {
  return Array.from({ length: points.length / 2 }, (_, i) => [
    Number(points[2 * i]),
    Number(points[2 * i + 1]),
  ]);
}
