import type { Chart } from '../echarts.js';
import type { Words } from '../language/words.js';
import { colors, legend, line, narrowLegend, rounded, titled, xAxis, yAxis } from './look.js';
import { calibrationOf, type Predictions } from './predictions.js';

/** How often a model is right where it is so sure, with its expected calibration error (Guo et al., 2017). */
export function reliabilityChart(predictions: Predictions, words: Words): Chart {
  const { error, bins } = calibrationOf(predictions);
  const total = predictions.labels.length;
  const percent = (share: number) => rounded(100 * share, 3);
  const name = ({ low, high }: { low: number; high: number }) =>
    `${Math.round(100 * low)}–${Math.round(100 * high)}`;
  return {
    option: titled(words.reliability((100 * error).toFixed(1)), {
      legend,
      tooltip: { trigger: 'axis', confine: true },
      grid: { left: 56, right: 24, top: 44, bottom: 74 },
      xAxis: xAxis(words.confidencePercent, {
        type: 'category',
        data: bins.map(name),
        nameGap: 28,
      }),
      yAxis: yAxis('%', { min: 0, max: 100, nameGap: 36 }),
      series: [
        {
          type: 'bar',
          name: words.accuracyPercent,
          color: colors.train,
          barCategoryGap: '12%',
          data: bins.map(({ accuracy }) => percent(accuracy)),
        },
        line(
          words.ideal,
          colors.heldOut,
          bins.map(({ low, high }) => percent((low + high) / 2)),
          { lineStyle: { type: 'dashed' } },
        ),
        line(
          words.shareOfSamples,
          colors.quiet,
          bins.map(({ samples }) => percent(samples / total)),
          { showSymbol: true, symbolSize: 5, lineStyle: { width: 1 } },
        ),
      ],
    }),
    narrow: narrowLegend,
    width: 560,
    height: 380,
  };
}
