/** The one place that knows ECharts: options in, SVG text out, no browser. It is loaded at the first chart. */
import { createRequire } from 'node:module';
import type { EChartsCoreOption } from 'echarts/core';

export type ChartOption = EChartsCoreOption;

/** Draws a chart as a stand-alone SVG of `width` × `height` pixels. */
export function renderSvg(option: ChartOption, width: number, height: number): string {
  loaded ??= load();
  const chart = loaded(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, backgroundColor: '#ffffff', ...option });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

type Init = typeof import('echarts/core').init;
let loaded: Init | undefined;

/** By `require`, which is not asynchronous: a chart is drawn at once, and a program without charts never waits for them. */
function load(): Init {
  const require = createRequire(import.meta.url);
  const core: typeof import('echarts/core') = require('echarts/core');
  const charts: typeof import('echarts/charts') = require('echarts/charts');
  const parts: typeof import('echarts/components') = require('echarts/components');
  const renderers: typeof import('echarts/renderers') = require('echarts/renderers');
  const { GridComponent, LegendComponent, TitleComponent } = parts;
  core.use([
    charts.LineChart,
    GridComponent,
    LegendComponent,
    TitleComponent,
    renderers.SVGRenderer,
  ]);
  return core.init;
}
