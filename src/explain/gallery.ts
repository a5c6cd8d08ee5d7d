/** A page of pictures that is one file: no script, no network, names from outside shown as text whatever is in them. */

import { htmlPage, htmlText, pngUrl } from '../report/html.js';
import { english } from '../report/language/english.js';
import type { Words } from '../report/language/words.js';
import { type Colormap, colorOf } from './colormap.js';

/** One picture on the page. */
export interface GalleryFigure {
  readonly caption: string;
  readonly png: Uint8Array;
}

/** Figures that belong together. */
export interface GallerySection {
  readonly heading: string;
  readonly note?: string;
  /** What stands over the parts of each figure, which are equally wide. */
  readonly columns?: readonly string[];
  readonly figures: readonly GalleryFigure[];
}

export interface Gallery {
  readonly title: string;
  /** Lines under the title. */
  readonly facts: readonly string[];
  /** What the colours mean. */
  readonly legend?: {
    readonly colormap: Colormap;
    readonly low: string;
    readonly high: string;
  };
  readonly sections: readonly GallerySection[];
  /** Whether figures stand beside each other, for small ones; otherwise under each other. @default false */
  readonly beside?: boolean;
  /** What could not be shown, and why. */
  readonly failures: readonly string[];
  /** The language that all of it is in. @default English */
  readonly words?: Words;
}

/** The page as HTML, its pictures inside. */
export function galleryHtml({
  title,
  facts,
  legend,
  sections,
  failures,
  beside = false,
  words = english,
}: Gallery): string {
  const body = [
    `<h1>${name(title)}</h1>`,
    ...facts.map((fact) => `<p>${name(fact)}</p>`),
    legend === undefined ? '' : legendHtml(legend),
    `<div${beside ? ' class="beside"' : ''}>`,
    ...sections.map(sectionHtml),
    '</div>',
    failures.length === 0 ? '' : failuresHtml(words.gallery.notShown, failures),
  ];
  return htmlPage(title, style, body.join('\n'), { language: words.code });
}

const style = `h2 { font-size: 1.05rem; margin: 2.2rem 0 .3rem; overflow-wrap: anywhere; }
figure { margin: .6rem 0; } figcaption { font-size: .9rem; }
img { display: block; max-width: 100%; height: auto; image-rendering: pixelated; background: #fff; }
.columns { display: flex; font-size: .8rem; opacity: .8; } .columns span { flex: 1; overflow: hidden; text-overflow: ellipsis; }
.legend { display: flex; gap: .6rem; align-items: center; font-size: .9rem; margin: .6rem 0; }
.legend i { width: 12rem; max-width: 40vw; height: .9rem; }
.sized { display: inline-block; max-width: 100%; }
.beside figure { display: inline-block; width: 9.5rem; margin-right: .8rem; vertical-align: top; overflow-wrap: anywhere; }
section { break-inside: avoid; }
`;

function legendHtml({ colormap, low, high }: NonNullable<Gallery['legend']>): string {
  const stops = Array.from({ length: 17 }, (_, i) => `rgb(${colorOf(colormap, i / 16).join(' ')})`);
  return `<div class="legend">${htmlText(low)} <i style="background:linear-gradient(to right,${stops.join(',')})"></i> ${htmlText(high)}</div>`;
}

function sectionHtml({ heading, note, columns, figures }: GallerySection): string {
  const over =
    columns === undefined
      ? ''
      : `<div class="columns">${columns.map((column) => `<span>${name(column)}</span>`).join('')}</div>`;
  return `<section>
<h2>${name(heading)}</h2>
${note === undefined ? '' : `<p>${name(note)}</p>`}
${figures.map((figure) => figureHtml(figure, over)).join('\n')}
</section>`;
}

function figureHtml({ caption, png }: GalleryFigure, over: string): string {
  return `<figure><figcaption>${name(caption)}</figcaption><div class="sized">${over}<img src="${pngUrl(png)}" alt="${htmlText(caption)}"></div></figure>`;
}

function failuresHtml(heading: string, failures: readonly string[]): string {
  return `<section><h2>${htmlText(heading)}</h2>${failures.map((line) => `<p>${name(line)}</p>`).join('')}</section>`;
}

/** Text that may hold names: the direction of their writing does not spread to what is around them. */
function name(value: string): string {
  return `<bdi>${htmlText(value)}</bdi>`;
}
