/** A page that is one file: tables and charts of runs beside each other. Names from outside are text, whatever is in them. */
import { htmlPage, htmlText } from './html.js';
import { currentLanguage } from './language/choice.js';

export interface TablePage {
  readonly title: string;
  /** Lines under the title. */
  readonly facts: readonly string[];
  readonly sections: readonly TableSection[];
}

export interface TableSection {
  readonly heading: string;
  /** The first row names the columns. */
  readonly rows?: readonly (readonly string[])[];
  /** An SVG as this house's charts make it. */
  readonly svg?: string;
  readonly notes?: readonly string[];
}

const style = `body { max-width: 64rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .4rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid #8884; overflow-wrap: anywhere; }
th { font-weight: 600; }
svg { max-width: 100%; height: auto; background: #fff; }
section { break-inside: avoid; }
`;

/** The page as HTML. */
export function tablePageHtml({ title, facts, sections }: TablePage): string {
  const body = [
    `<h1>${text(title)}</h1>`,
    ...facts.map((fact) => `<p>${text(fact)}</p>`),
    ...sections.map(sectionHtml),
  ];
  return htmlPage(title, style, body.join('\n'), { language: currentLanguage() });
}

function sectionHtml({ heading, rows = [], svg = '', notes = [] }: TableSection): string {
  const [head = [], ...others] = rows;
  const row = (cells: readonly string[], tag: 'th' | 'td') =>
    `<tr>${cells.map((cell) => `<${tag}>${text(cell)}</${tag}>`).join('')}</tr>`;
  const table =
    rows.length === 0
      ? ''
      : `<div class="wide"><table><thead>${row(head, 'th')}</thead><tbody>${others.map((cells) => row(cells, 'td')).join('\n')}</tbody></table></div>`;
  const paragraphs = notes.map((note) => `<p>${text(note)}</p>`).join('\n');
  return `<section>\n<h2>${text(heading)}</h2>\n${table}${svg}${paragraphs}\n</section>`;
}

/** Text that may hold names: the direction of their writing does not spread to what is around them. */
function text(value: string): string {
  return `<bdi>${htmlText(value)}</bdi>`;
}
