/** Pictures put together of others, as SVG. */
import { type Chart, renderSvg } from './echarts.js';
import { svgText } from './svg-text.js';

/** Charts side by side under a title. */
export function sheet(title: string, charts: readonly Chart[]): string {
  const top = 34;
  const width = charts.reduce((sum, chart) => sum + chart.width, 0);
  const height = top + Math.max(...charts.map((chart) => chart.height));
  let left = 0;
  const parts = charts.map((chart) => {
    const x = left;
    left += chart.width;
    return `<svg x="${x}" y="${top}"${renderSvg(chart).slice('<svg'.length)}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="${width}" height="${height}" fill="#ffffff"/>
${svgText(title, width / 2, 24, { size: 16, anchor: 'middle', bold: true })}
${parts.join('\n')}
</svg>`;
}
