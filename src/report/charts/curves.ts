import type { Chart } from '../echarts.js';
import type { Words } from '../language/words.js';
import { colors, legend, line, narrowLegend, rounded, titled, xAxis, yAxis } from './look.js';

/** Loss and accuracy, 0–1. */
export interface CurveScores {
  readonly loss: number;
  readonly accuracy: number;
}

/** A point of the curves: an epoch with what was measured after it. */
export interface CurvePoint {
  readonly epoch: number;
  readonly train: CurveScores;
  /** What `heldOut` was measured on, such as `test`. */
  readonly split: string;
  readonly heldOut: CurveScores;
  /** The learning rate of its last step. */
  readonly lr?: number;
}

export interface Curves {
  readonly points: readonly CurvePoint[];
  /** The epoch whose weights are kept. */
  readonly best: number | null;
  /** Of those weights, where the best epoch was chosen by a validation set. */
  readonly test: CurveScores | null;
}

/** The loss by epoch of training and of what is held out of it, with the learning rate on an axis of its own. */
export function lossChart(curves: Curves, words: Words): Chart {
  const rates = curves.points.flatMap(({ lr }) => (lr === undefined ? [] : [rounded(lr)]));
  const ofRates = { yAxisIndex: 1, step: 'end', lineStyle: { type: 'dashed', width: 1 } };
  return panel(words.loss, curves, words, {
    value: ({ loss }) => rounded(loss),
    axis: yAxis('', { scale: true }),
    ...(rates.length > 0 && {
      rates: line(words.learningRate, colors.quiet, rates, ofRates),
    }),
  });
}

/** The accuracy by epoch, in percent. */
export function accuracyChart(curves: Curves, words: Words): Chart {
  const highest = Math.max(
    ...curves.points.flatMap(({ train, heldOut }) => [train.accuracy, heldOut.accuracy]),
  );
  return panel(words.accuracyPercent, curves, words, {
    value: ({ accuracy }) => rounded(100 * accuracy),
    axis: yAxis('', { scale: true, ...(highest > 0.9 && { max: 100 }) }),
  });
}

interface Panel {
  readonly value: (scores: CurveScores) => number | null;
  readonly axis: object;
  readonly rates?: object;
}

function panel(
  title: string,
  { points, best, test: measured }: Curves,
  words: Words,
  { value, axis, rates }: Panel,
): Chart {
  const split = points[0]?.split ?? 'test';
  const test = split === 'test' ? null : measured;
  const splits: Readonly<Record<string, string>> = words.splits;
  const dots = { showSymbol: points.length <= 30, symbol: 'circle', symbolSize: 6 };
  const tested = points.map(({ epoch }) => (epoch === best && test ? value(test) : null));
  const markLine = {
    silent: true,
    symbol: 'none',
    lineStyle: { color: colors.quiet, type: 'dotted' },
    label: { formatter: words.best, color: colors.quiet },
    data: [{ xAxis: String(best) }],
  };
  const series = [
    line(
      words.splits.train,
      colors.train,
      points.map(({ train }) => value(train)),
      dots,
    ),
    line(
      splits[split] ?? split,
      split === 'test' ? colors.test : colors.heldOut,
      points.map(({ heldOut }) => value(heldOut)),
      { ...dots, ...(best !== null && { markLine }) },
    ),
    ...(test === null
      ? []
      : [
          line(words.splits.test, colors.test, tested, {
            type: 'scatter',
            symbol: 'diamond',
            symbolSize: 12,
          }),
        ]),
    ...(rates ? [rates] : []),
  ];
  const right = { splitLine: { show: false }, axisLabel: { color: colors.quiet } };
  return {
    option: titled(title, {
      legend,
      tooltip: { trigger: 'axis', confine: true },
      grid: { left: 52, right: rates ? 62 : 24, top: 48, bottom: 68 },
      xAxis: xAxis(words.epoch, {
        type: 'category',
        data: points.map(({ epoch }) => String(epoch)),
      }),
      yAxis: rates ? [axis, yAxis('', { position: 'right', scale: true, ...right })] : axis,
      series,
    }),
    narrow: narrowLegend,
    width: 450,
    height: 340,
  };
}
