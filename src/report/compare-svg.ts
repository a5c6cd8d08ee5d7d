import { printable } from '../core/outside-text.js';
import { classColors } from './charts/look.js';
import { type ChartOption, renderSvg } from './echarts.js';
import { currentWords } from './language/choice.js';

/** A run's scores on what is held out, by epoch. */
export interface ComparedCurve {
  readonly name: string;
  /** Runs of one group have one colour: their settings differ in the seed alone. */
  readonly group: number;
  readonly points: readonly {
    readonly epoch: number;
    readonly loss: number;
    readonly accuracy: number;
  }[];
}

/** Beyond the colours that there are, dashes tell groups apart. */
const dashes = ['solid', 'dashed', 'dotted'];

const width = 900;
const perRow = 3;
const rowHeight = 22;

/** Loss and accuracy of several runs on what is held out of training, side by side over their epochs: an SVG 900 pixels wide. */
export function compareSvg(curves: readonly ComparedCurve[], title: string): string {
  const rows = Math.ceil(curves.length / perRow);
  const legend = rows * rowHeight + 12;
  const height = 310 + legend;
  const { loss, accuracyPercent, epoch } = currentWords();
  const panels = [loss, accuracyPercent];
  const named = curves.map((curve) => ({ ...curve, name: printable(curve.name) }));
  const option: ChartOption = {
    title: [
      { text: printable(title), left: 'center', top: 6, textStyle: { fontSize: 15 } },
      ...panels.map((text, i) => ({
        text,
        left: i === 0 ? '25%' : '75%',
        top: 38,
        textAlign: 'center',
        textStyle: { fontSize: 13 },
      })),
    ],
    legend: {
      bottom: 6,
      left: 40,
      width: width - 80,
      itemGap: 18,
      data: named.map(({ name }) => name),
      textStyle: { width: (width - 80) / perRow - 50, overflow: 'truncate' },
    },
    grid: [
      { left: 56, width: 360, top: 66, height: 196 },
      { left: 506, width: 360, top: 66, height: 196 },
    ],
    xAxis: panels.map((_, gridIndex) => ({
      gridIndex,
      type: 'value',
      name: epoch,
      nameLocation: 'middle',
      nameGap: 24,
      minInterval: 1,
      min: 1,
      max: Math.max(2, ...curves.map(({ points }) => points.at(-1)?.epoch ?? 0)),
    })),
    yAxis: panels.map((_, gridIndex) => ({ gridIndex, type: 'value', scale: true })),
    series: named.flatMap((curve) => [
      line(curve, 0, ({ loss }) => loss),
      line(curve, 1, ({ accuracy }) => 100 * accuracy),
    ]),
  };
  return renderSvg({ option, width, height });
}

function line(
  { name, group, points }: ComparedCurve,
  panel: number,
  value: (point: ComparedCurve['points'][number]) => number,
): object {
  return {
    name,
    type: 'line',
    xAxisIndex: panel,
    yAxisIndex: panel,
    color: classColors[group % classColors.length],
    lineStyle: { type: dashes[Math.floor(group / classColors.length) % dashes.length], width: 1.5 },
    data: points.map((point) => [point.epoch, value(point)]),
    symbol: 'circle',
    symbolSize: points.length > 40 ? 0 : 4,
  };
}
