import { isChinese } from './chinese-font.js';
import { lettering, lettersOf } from './lettering.js';

/**
 * The SVG with its texts drawn as strokes: it looks the same with any fonts, and with none. Those in Chinese stay texts where
 * there is a font for them; of others, signs without letters become `?`.
 */
export function drawLetters(svg: string, chineseFont: boolean): string {
  return svg.replace(
    /<text([^>]*)>([\s\S]*?)<\/text>/g,
    (element, attributes: string, content: string) => {
      const text = unescaped(content.replace(/<[^>]*>/g, ''));
      const stays = chineseFont && lettersOf(text) === null && isChinese(text);
      return stays ? element : asPath(attributes, text);
    },
  );
}

function asPath(attributes: string, text: string): string {
  const of = (name: string) =>
    new RegExp(`(?:^|[\\s;"])${name}\\s*[=:]\\s*"?([^";]*)`).exec(attributes)?.[1];
  const size = Number.parseFloat(of('font-size') ?? '12');
  const bold = /bold|[6-9]00/.test(of('font-weight') ?? '');
  const { path, width, pen } = lettering(letters(text), size);
  const anchor = of('text-anchor') ?? 'start';
  const shift = anchor === 'middle' ? -width / 2 : anchor === 'end' ? -width : 0;
  const x = Number(of('x') ?? 0) + shift;
  const y = Number(of('y') ?? 0) + (of('dominant-baseline') === 'central' ? 0.36 * size : 0);
  const transform = of('transform');
  const placed = `${transform === undefined ? '' : `${transform} `}translate(${x.toFixed(2)} ${y.toFixed(2)})`;
  const weight = (bold ? 1.5 : 1) * pen;
  return `<path d="${path}" transform="${placed}" fill="none" stroke="${of('fill') ?? '#000'}" stroke-width="${weight.toFixed(2)}" stroke-linecap="round" stroke-linejoin="round"/>`;
}

function letters(text: string): string {
  return lettersOf(text) ?? [...text].map((sign) => lettersOf(sign) ?? '?').join('');
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code?: string, name?: string) =>
    code === undefined ? (named[name ?? ''] ?? whole) : String.fromCodePoint(Number(code)),
  );
}
