/** What charts have in common: colours that stay apart for the colour-blind and on both backgrounds, titles, axes, lines. */
import type { Chart, ChartOption } from '../echarts.js';

export const colors = {
  train: '#3b82c4',
  heldOut: '#e0762b',
  test: '#2a9d6a',
  quiet: '#8a8f98',
} as const;

/** For curves of several classes. */
export const classColors: readonly string[] = [
  '#3b82c4',
  '#e0762b',
  '#2a9d6a',
  '#c2508f',
  '#8a6fd1',
  '#b59a1f',
  '#3aa6a6',
  '#c4504a',
  '#6b7f3a',
  '#7a6a5a',
];

/** The option of a chart under a title. */
export function titled(text: string, option: ChartOption): ChartOption {
  return {
    title: { text, left: 'center', top: 6, textStyle: { fontSize: 14 } },
    textStyle: { fontFamily: 'system-ui, sans-serif' },
    ...option,
  };
}

/** Names of lines, under everything. */
export const legend: ChartOption = { bottom: 4, itemWidth: 18, itemGap: 14 };

/** A chart with a legend on a phone: the names can be scrolled. */
export const narrowLegend: NonNullable<Chart['narrow']> = {
  legend: { type: 'scroll' },
  grid: { bottom: 66 },
};

/** A name under the middle of the x axis. */
export function xAxis(name: string, more: ChartOption): ChartOption {
  return { name, nameLocation: 'middle', nameGap: 26, ...more };
}

/** A name beside the middle of the y axis. */
export function yAxis(name: string, more: ChartOption = {}): ChartOption {
  return { name, type: 'value', nameLocation: 'middle', nameGap: 44, ...more };
}

/** A line of two or more numbers a point. */
export function line(
  name: string,
  color: string,
  data: readonly unknown[],
  more: ChartOption = {},
) {
  return { name, type: 'line', color, data, showSymbol: false, ...more };
}

/** A number as a person reads it: as many digits as tell something. */
export function rounded(value: number, digits = 4): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : null; // a chart leaves a gap
}
