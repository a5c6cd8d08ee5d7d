import type { Chart } from '../echarts.js';
import type { Words } from '../language/words.js';
import { shortNames } from '../short-name.js';
import { titled, xAxis } from './look.js';

/** Classes up to which cells have their numbers in them. */
const mostNumbered = 16;

/** Pixels for names on a phone. */
const narrowLeft = 88;
const cut = { width: 52, overflow: 'truncate', fontSize: 10 };

/** What each class was taken for, counts `[true class][predicted class]`: rows coloured by their share. */
export function confusionChart(
  counts: readonly (readonly number[])[],
  classes: readonly string[],
  words: Words,
): Chart {
  const names = shortNames(classes, 16);
  const cells = counts.flatMap((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.flatMap((count, predicted) =>
      count === 0 ? [] : [{ value: [predicted, truth, count / total, count] }],
    );
  });
  const numbered = classes.length <= mostNumbered;
  const widest = Math.max(...names.map((name) => [...name].length));
  const left = 40 + 7 * Math.min(widest, 16);
  const side = Math.min(900, Math.max(300, 40 * classes.length));
  const axis = {
    type: 'category',
    data: names,
    splitLine: { show: numbered },
    axisLine: { show: false },
    axisTick: { show: false },
  };
  return {
    option: titled(words.confusion, {
      tooltip: { confine: true },
      grid: { left, right: 24, top: 44, bottom: left + 4 },
      xAxis: xAxis(words.predicted, {
        ...axis,
        nameGap: left - 26,
        axisLabel: { rotate: widest > 2 ? 90 : 0, fontSize: numbered ? 12 : 9 },
      }),
      yAxis: {
        ...axis,
        name: words.actual,
        nameLocation: 'middle',
        nameGap: left - 22,
        inverse: true,
        axisLabel: { fontSize: numbered ? 12 : 9 },
      },
      visualMap: {
        show: false,
        dimension: 2,
        min: 0,
        max: 1,
        inRange: { color: ['#e8f0f8', '#a9cbe8', '#3b82c4', '#123f6b'] },
      },
      series: [
        {
          type: 'heatmap',
          name: words.confusion,
          data: cells.map((cell) => {
            const share = cell.value[2] ?? 0;
            return { ...cell, label: { color: share > 0.45 ? '#ffffff' : '#1c2733' } };
          }),
          label: { show: numbered, formatter: '{@[3]}', fontSize: 11 },
          itemStyle: { borderColor: '#ffffff', borderWidth: numbered ? 1 : 0 },
          encode: { x: 0, y: 1, tooltip: [3], value: 2 },
        },
      ],
    }),
    ...(left > narrowLeft && {
      narrow: {
        grid: { left: narrowLeft, bottom: narrowLeft },
        xAxis: { nameGap: narrowLeft - 26, axisLabel: { ...cut, rotate: 90 } },
        yAxis: { nameGap: narrowLeft - 22, axisLabel: cut },
      },
    }),
    width: left + side + 24,
    height: left + side + 48,
  };
}

/** A class taken for another. */
export interface ConfusedPair {
  readonly actual: number;
  readonly predicted: number;
  readonly count: number;
}

/** The pairs that are confused most often, the worst first. */
export function confusedPairs(
  counts: readonly (readonly number[])[],
  limit: number,
): ConfusedPair[] {
  return counts
    .flatMap((row, actual) =>
      row.flatMap((count, predicted) =>
        count > 0 && predicted !== actual ? [{ actual, predicted, count }] : [],
      ),
    )
    .sort((a, b) => b.count - a.count)
    .slice(0, limit);
}
