import { type ChartOption, renderSvg } from './echarts.js';
import type { Words } from './language/words.js';

const color = '#1f6fb2';

/** The learning rate by epoch: an SVG of 900 × 360 pixels. */
export function scheduleSvg(
  rates: readonly number[],
  stepsPerEpoch: number,
  title: string,
  words: Words,
): string {
  // More points than pixels show nothing more.
  const stride = Math.max(1, Math.floor(rates.length / 1800));
  const data = rates.flatMap((lr, i) => (i % stride === 0 ? [[i / stepsPerEpoch, lr]] : []));
  const option = framed(
    title,
    { name: words.epoch, type: 'value' },
    { name: words.learningRate, type: 'value' },
    [{ type: 'line', color, data, showSymbol: false }],
  );
  return renderSvg({ option, width: 900, height: 360 });
}

/** The loss by learning rate, with what it suggests: an SVG of 900 × 420 pixels. */
export function lrFindSvg(
  lrs: readonly number[],
  losses: readonly number[],
  marks: Readonly<Record<string, number>>,
  title: string,
  words: Words,
): string {
  const lossAt = (lr: number) => losses[lrs.reduce((best, x, i) => (x <= lr ? i : best), 0)] ?? 0;
  const points = Object.entries(marks).map(([name, lr]) => ({
    type: 'line',
    name,
    data: [[lr, lossAt(lr)]],
    symbolSize: 9,
    symbol: 'circle',
  }));
  const option = framed(
    title,
    { name: words.learningRate, type: 'log', axisLabel: { formatter: power } },
    { name: words.loss, type: 'value', scale: true, max: ceiling(losses) },
    [
      { type: 'line', color, data: lrs.map((lr, i) => [lr, losses[i]]), showSymbol: false },
      ...points,
    ],
    Object.keys(marks),
  );
  return renderSvg({ option, width: 900, height: 420 });
}

/** `0.0001` as `1e-4`. */
function power(lr: number): string {
  return lr.toExponential(0);
}

/** A little above the first loss: how high a diverging one climbs is of no interest. */
function ceiling(losses: readonly number[]): number {
  const first = losses[0] ?? 1;
  return Number((first + 0.5 * (first - Math.min(...losses)) + 0.05 * first).toPrecision(2));
}

function framed(
  title: string,
  x: ChartOption,
  y: ChartOption,
  series: readonly object[],
  names: readonly string[] = [],
): ChartOption {
  return {
    title: { text: title, left: 'center', top: 6, textStyle: { fontSize: 15 } },
    ...(names.length > 0 && { legend: { bottom: 4, data: names } }),
    grid: { left: 80, right: 40, top: 50, bottom: names.length > 0 ? 76 : 50 },
    xAxis: { nameLocation: 'middle', nameGap: 26, ...x },
    yAxis: { nameLocation: 'middle', nameGap: 56, ...y },
    series,
  };
}
