/** The one place that knows ECharts: options in, SVG text out, no browser. It is loaded at the first chart. */
import { createRequire } from 'node:module';

/** An option object as ECharts' documentation describes it. */
export type ChartOption = Readonly<Record<string, unknown>>;

/** Draws a chart as a stand-alone SVG of `width` × `height` pixels. */
export function renderSvg(option: ChartOption, width: number, height: number): string {
  loaded ??= load();
  const chart = loaded.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, backgroundColor: '#ffffff', ...option });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** What is used of ECharts. */
interface ECharts {
  init(dom: null, theme: null, options: object): Chart;
}

interface Chart {
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
  return createRequire(import.meta.url)('./echarts-bundle.cjs');
}
