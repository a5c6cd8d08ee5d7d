import { classReport } from '../../metrics/class-report.js';
import { ConfusionMatrix } from '../../metrics/confusion-matrix.js';
import type { Chart } from '../echarts.js';
import type { Words } from '../language/words.js';
import { shortNames } from '../short-name.js';
import { colors, legend, rounded, titled } from './look.js';

/** Classes that have bars: of more, those with the lowest F1. */
const mostClasses = 30;

/** Precision, recall and F1 of each class, in percent; of many classes the worst. */
export function classBarsChart(
  counts: readonly (readonly number[])[],
  classes: readonly string[],
  words: Words,
): Chart {
  const { perClass } = classReport(ConfusionMatrix.of(counts));
  const names = shortNames(classes, 18);
  const rows = perClass
    .map((scores, k) => ({ ...scores, name: names[k] ?? '' }))
    .filter(({ f1 }) => !Number.isNaN(f1));
  const shown =
    rows.length <= mostClasses ? rows : [...rows].sort((a, b) => a.f1 - b.f1).slice(0, mostClasses);
  const bars = (key: 'precision' | 'recall' | 'f1', color: string) => ({
    type: 'bar',
    name: words[key],
    color,
    data: shown.map((row) => rounded(100 * row[key])),
  });
  const title =
    shown.length < rows.length ? words.worstClasses(shown.length, rows.length) : words.perClass;
  const widest = Math.max(...shown.map(({ name }) => [...name].length), 4);
  return {
    option: titled(title, {
      legend,
      tooltip: { trigger: 'axis', confine: true },
      grid: { left: 24 + 8 * widest, right: 30, top: 40, bottom: 60 },
      xAxis: { type: 'value', max: 100, axisLabel: { formatter: '{value} %' } },
      yAxis: { type: 'category', data: shown.map(({ name }) => name), inverse: true },
      series: [
        bars('precision', colors.train),
        bars('recall', colors.heldOut),
        bars('f1', colors.test),
      ],
    }),
    narrow: {
      grid: { left: 98 },
      yAxis: { axisLabel: { width: 88, overflow: 'truncate' } },
    },
    width: 700,
    height: 110 + 34 * Math.max(shown.length, 2),
  };
}
