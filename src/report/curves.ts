import { type ChartOption, renderSvg } from './echarts.js';

interface Scores {
  readonly loss: number;
  readonly accuracy: number;
}

/** A point of the curves: an epoch with what was measured after it. */
export interface CurvePoint {
  readonly epoch: number;
  readonly train: Scores;
  /** What `heldOut` was measured on, such as `test`. */
  readonly split: string;
  readonly heldOut: Scores;
}

const colors = { train: '#1f6fb2', heldOut: '#d9641e' } as const;

/** Loss and accuracy by epoch, of training and of the set held out of it, side by side: an SVG of 900 × 360 pixels. */
export function curvesSvg(points: readonly CurvePoint[], title: string): string {
  const split = points[0]?.split ?? 'test';
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
    legend: { bottom: 4, data: ['train', split] },
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
    series: (['train', 'heldOut'] as const).flatMap((part) => {
      const look = { name: part === 'train' ? part : split, color: colors[part] };
      const losses = points.map((point) => point[part].loss);
      const accuracies = points.map((point) => 100 * point[part].accuracy);
      return [line(look, 0, losses), line(look, 1, accuracies)];
    }),
  };
  return renderSvg(option, 900, 360);
}

function line(look: object, panel: number, data: readonly number[]): object {
  return {
    ...look,
    type: 'line',
    xAxisIndex: panel,
    yAxisIndex: panel,
    data,
    symbol: 'circle',
    symbolSize: 6,
  };
}
