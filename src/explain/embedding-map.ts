/** A map of pictures: those that are alike to a model lie near each other. */

import { htmlPage, htmlText, pngUrl } from '../report/html.js';
import type { Tensor } from '../tensor/tensor.js';
import { colorOf } from './colormap.js';

/** A picture on the map. */
export interface MapPoint {
  readonly name: string;
  /** A small PNG. */
  readonly png: Uint8Array;
  /** The class that colours it, by number. */
  readonly group: number;
  /** What a pointer over it tells beside its name. */
  readonly note: string;
  /** Whether it is marked: the model takes it for another class. */
  readonly wrong: boolean;
}

export interface EmbeddingMap {
  readonly title: string;
  readonly facts: readonly string[];
  /** The code of the language of its texts. @default 'en' */
  readonly language?: string;
  /** Names of the groups. */
  readonly classes: readonly string[];
  readonly pictures: readonly MapPoint[];
  /** Where they lie, `[N, 2]`. */
  readonly points: Tensor;
}

const width = 1000;
const height = 760;
const side = 30;

/** The map as a page: thumbnails in the colours of their classes, those that the model takes for others dashed. */
export function embeddingMapHtml(map: EmbeddingMap): string {
  const { title, facts, language = 'en', classes, pictures } = map;
  const used = [...new Set(pictures.map(({ group }) => group))].sort((a, b) => a - b);
  const colors = new Map(used.map((group, i) => [group, css((i + 0.5) / used.length)]));
  const legend = used.map(
    (group) =>
      `<span><i style="background:${colors.get(group)}"></i><bdi>${htmlText(classes[group] ?? '')}</bdi></span>`,
  );
  const body = `<h1><bdi>${htmlText(title)}</bdi></h1>
${facts.map((fact) => `<p><bdi>${htmlText(fact)}</bdi></p>`).join('\n')}
<div class="legend">${legend.join('')}</div>
<svg viewBox="0 0 ${width} ${height}" role="img">
${thumbnails(map, colors).join('\n')}
</svg>`;
  return htmlPage(title, style, body, { language });
}

const style = `body { max-width: 75rem; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: .6rem 0; }
.legend i { display: inline-block; width: .8rem; height: .8rem; margin-right: .3rem; }
svg { width: 100%; height: auto; background: #8881; image-rendering: pixelated; }
.wrong { stroke-dasharray: 4 3; stroke-width: 4; }
`;

function thumbnails({ pictures, points }: EmbeddingMap, colors: ReadonlyMap<number, string>) {
  const { data } = points;
  const place = (axis: number, length: number) => {
    const values = pictures.map((_, n) => data[2 * n + axis] as number);
    const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const range = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) - low || 1;
    return values.map((value) => ((value - low) / range) * (length - side - 8) + 4);
  };
  const x = place(0, width);
  const y = place(1, height).map((down) => height - side - down);
  return pictures.map(({ name, png, group, note, wrong }, n) => {
    const at = `x="${x[n]?.toFixed(1)}" y="${y[n]?.toFixed(1)}" width="${side}" height="${side}"`;
    return `<g><title>${htmlText(`${name}: ${note}`)}</title><image ${at} href="${pngUrl(png)}"/><rect ${at} fill="none" stroke="${colors.get(group)}" stroke-width="2"${wrong ? ' class="wrong"' : ''}/></g>`;
  });
}

function css(value: number): string {
  return `rgb(${colorOf('turbo', value).join(' ')})`;
}
