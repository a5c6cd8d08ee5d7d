import { type ChartOption, renderSvg } from './echarts.js';

/** A point of the curves: an epoch with what was measured after it. */
export interface CurvePoint {
  readonly epoch: number;
  readonly train: { readonly loss: number; readonly accuracy: number };
  readonly test: { readonly loss: number; readonly accuracy: number };
}

const colors = { train: '#1f6fb2', test: '#d9641e' } as const;

/** Loss and accuracy by epoch, training and test, side by side: an SVG of 900 × 360 pixels. */
export function curvesSvg(points: readonly CurvePoint[], title: string): string {
  const option: ChartOption = {
    title: [
      { text: title, left: 'center', top: 6, textStyle: { fontSize: 15 } },
      { text: 'Loss', left: '25%', top: 38, textAlign: 'center', textStyle: { fontSize: 13 } },
      {
        text: 'Accuracy (%)',
        left: '75%',
        top: 38,
        textAlign: 'center',
        textStyle: { fontSize: 13 },
      },
    ],
    legend: { bottom: 4, data: ['train', 'test'] },
    grid: [
      { left: 56, width: 360, top: 66, bottom: 66 },
      { left: 506, width: 360, top: 66, bottom: 66 },
    ],
    xAxis: [0, 1].map((gridIndex) => ({
      gridIndex,
      type: 'category',
      name: 'epoch',
      nameLocation: 'middle',
      nameGap: 24,
      data: points.map(({ epoch }) => String(epoch)),
    })),
    yAxis: [0, 1].map((gridIndex) => ({ gridIndex, type: 'value', scale: true })),
    series: (['train', 'test'] as const).flatMap((split) => [
      line(
        split,
        0,
        points.map((point) => point[split].loss),
      ),
      line(
        split,
        1,
        points.map((point) => 100 * point[split].accuracy),
      ),
    ]),
  };
  return renderSvg(option, 900, 360);
}

function line(split: 'train' | 'test', panel: number, data: readonly number[]): object {
  return {
    name: split,
    type: 'line',
    xAxisIndex: panel,
    yAxisIndex: panel,
    data,
    color: colors[split],
    symbol: 'circle',
    symbolSize: 6,
  };
}
