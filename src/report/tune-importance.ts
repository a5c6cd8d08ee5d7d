import { colors, rounded, titled, xAxis } from './charts/look.js';
import type { Chart } from './echarts.js';
import type { Words } from './language/words.js';
import { shortName } from './short-name.js';

/** How much each setting mattered, in percent of all: a bar each, the longest on top. */
export function tuneImportanceChart(
  importances: readonly { readonly key: string; readonly share: number }[],
  words: Words['tune'],
): Chart {
  const upwards = importances.toReversed();
  return {
    option: titled(words.mattered, {
      grid: { left: 190, right: 50, top: 44, bottom: 34 },
      xAxis: xAxis('', { type: 'value', min: 0, max: 100 }),
      yAxis: { type: 'category', data: upwards.map(({ key }) => shortName(key, 26)) },
      series: [
        {
          type: 'bar',
          color: colors.train,
          barMaxWidth: 22,
          data: upwards.map(({ share }) => rounded(100 * share, 3)),
          label: { show: true, position: 'right' },
        },
      ],
    }),
    width: 900,
    height: 90 + 34 * importances.length,
  };
}
