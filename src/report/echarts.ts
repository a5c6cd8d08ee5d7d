/** The one place that knows ECharts: options in, SVG text out, no browser. It is loaded at the first chart. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { printable } from '../core/outside-text.js';

/** An option object as ECharts' documentation describes it. */
export type ChartOption = Readonly<Record<string, unknown>>;

/** A chart, and the size that it is drawn at where nothing else decides. The option is plain data: a page's charts are made of it, too. */
export interface Chart {
  readonly option: ChartOption;
  /** What is different, within parts of the option, where it has less than 480 pixels. */
  readonly narrow?: Readonly<Record<string, ChartOption>>;
  readonly width: number;
  readonly height: number;
}

/** Draws a chart as a stand-alone SVG on white. */
export function renderSvg({ option, width, height }: Chart): string {
  loaded ??= load();
  const chart = loaded.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    const shown = withPrintable(option) as ChartOption; // an object gives an object
    chart.setOption({ animation: false, backgroundColor: '#ffffff', ...shown });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** The library as a script that gives a page `echarts`, for charts that live. */
export function chartScript(): string {
  const code = readFileSync(new URL(bundle, import.meta.url), 'utf8');
  return `var echarts = (function () { var module = { exports: {} };\n${code}\nreturn module.exports; })();`;
}

/** The option with all its texts printable: a control character makes no SVG that can be read. */
export function withPrintable(value: unknown): unknown {
  if (typeof value === 'string') return value.split('\n').map(printable).join('\n');
  if (Array.isArray(value)) return value.map(withPrintable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withPrintable(inner)]),
  );
}

const bundle = './echarts-bundle.cjs';

/** What is used of ECharts. */
interface ECharts {
  init(dom: null, theme: null, options: object): LiveChart;
}

interface LiveChart {
  setOption(option: ChartOption): void;
  renderToSVGString(): string;
  dispose(): void;
}

let loaded: ECharts | undefined;

/**
 * The parts of ECharts that scripts/charts-entry.mjs lists, bundled when wick is built. By `require`, which is not
 * asynchronous: a chart is drawn at once, and a program without charts never waits for them.
 */
function load(): ECharts {
  return createRequire(import.meta.url)(bundle);
}
