import { rocAuc } from '../../metrics/auroc.js';
import type { Chart } from '../echarts.js';
import type { Words } from '../language/words.js';
import { shortNames } from '../short-name.js';
import { classColors, legend, line, narrowLegend, rounded, titled, xAxis, yAxis } from './look.js';
import { type Predictions, probabilitiesOf } from './predictions.js';
import { averagePrecision, type ThresholdCurve, thresholdCurve } from './threshold-curves.js';

/** Classes that have a curve: of more, those that are told apart worst. */
const mostClasses = 10;

/** Points of a curve that are drawn. */
const mostPoints = 120;

/** ROC and precision-recall curves of each class against all others. */
export function thresholdCharts(
  predictions: Predictions,
  classes: readonly string[],
  words: Words,
): { readonly roc: Chart; readonly precisionRecall: Chart } {
  const probabilities = probabilitiesOf(predictions);
  const names = shortNames(classes, 12);
  const all = classes.flatMap((_, k) => {
    const scores = Float64Array.from(probabilities, (row) => row[k] ?? 0);
    const positive = Uint8Array.from(predictions.labels, (label) => Number(label === k));
    const area = rocAuc(scores, positive);
    if (Number.isNaN(area)) return []; // no samples of it, or of nothing else
    const curve = thresholdCurve(scores, positive);
    return [{ name: names[k] ?? '', area, curve, precision: averagePrecision(curve) }];
  });
  const mean = (of: (one: (typeof all)[number]) => number) =>
    (all.reduce((sum, one) => sum + of(one), 0) / all.length).toFixed(3);
  const worst = [...all].sort((a, b) => a.area - b.area).slice(0, mostClasses);
  const shown = all.filter((one) => worst.includes(one));
  const of = (title: string, x: string, y: string, part: Part) =>
    curvesChart(
      title,
      x,
      y,
      shown.map((one) => ({ name: part.label(one), points: pointsOf(one.curve, part) })),
    );
  return {
    roc: of(words.roc(mean(({ area }) => area)), words.falsePositiveRate, words.truePositiveRate, {
      x: 'falsePositiveRate',
      y: 'truePositiveRate',
      label: ({ name, area }) => `${name} ${area.toFixed(3)}`,
    }),
    precisionRecall: of(
      words.precisionRecall(mean(({ precision }) => precision)),
      words.recall,
      words.precision,
      {
        x: 'truePositiveRate',
        y: 'precision',
        label: ({ name, precision }) => `${name} ${precision.toFixed(3)}`,
      },
    ),
  };
}

interface Part {
  readonly x: keyof ThresholdCurve;
  readonly y: keyof ThresholdCurve;
  readonly label: (one: { name: string; area: number; precision: number }) => string;
}

/** The points of a curve that differ where it is drawn. */
function pointsOf(curve: ThresholdCurve, { x, y }: Part): (number | null)[][] {
  const place = (n: number) => [curve[x][n] ?? 0, curve[y][n] ?? 0] as const;
  const chosen: number[] = [];
  const last = curve[x].length - 1;
  let [atX, atY] = [Number.NaN, Number.NaN];
  for (let n = 0; n <= last; n++) {
    const [px, py] = place(n);
    const moved = Math.abs(px - atX) + Math.abs(py - atY) >= 2 / mostPoints;
    if (n > 0 && n < last && !moved) continue;
    chosen.push(n);
    [atX, atY] = [px, py];
  }
  return chosen.map((n) => place(n).map((value) => rounded(value, 3)));
}

function curvesChart(
  title: string,
  x: string,
  y: string,
  curves: readonly { readonly name: string; readonly points: unknown[] }[],
): Chart {
  const longest = Math.max(...curves.map(({ name }) => [...name].length));
  const inRow = Math.max(1, Math.floor(430 / (34 + 7 * longest)));
  const under = 44 + 24 * Math.ceil(curves.length / inRow);
  return {
    option: titled(title, {
      legend: { ...legend, itemWidth: 14 },
      tooltip: { trigger: 'item', confine: true },
      grid: { left: 56, right: 24, top: 44, bottom: under },
      xAxis: xAxis(x, { type: 'value', min: 0, max: 1 }),
      yAxis: yAxis(y, { min: 0, max: 1, nameGap: 36 }),
      series: curves.map(({ name, points }, k) =>
        line(name, classColors[k % classColors.length] ?? '', points, { symbol: 'none' }),
      ),
    }),
    narrow: narrowLegend,
    width: 450,
    height: 310 + under,
  };
}
