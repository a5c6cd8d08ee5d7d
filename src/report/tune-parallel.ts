import { titled } from './charts/look.js';
import type { Chart, ChartOption } from './echarts.js';
import { shortName } from './short-name.js';
import type { Objective, TunedTrial } from './tuned-trial.js';

/** A setting that was searched, and how its values lie on an axis. */
export interface TunedAxis {
  readonly key: string;
  readonly kind:
    | { readonly linear: readonly [low: number, high: number] }
    | { readonly log: readonly [low: number, high: number] }
    | { readonly categories: readonly string[] };
}

/** Light for the worst to dark for the best. */
const [light, dark] = [
  [222, 226, 232],
  [23, 78, 140],
] as const;

/**
 * Parallel coordinates: a vertical axis for each setting, the last for the objective, and a line through its values for each
 * trial; the better it is, the darker. A trial that failed is not drawn.
 */
export function tuneParallelChart(
  trials: readonly TunedTrial[],
  axes: readonly TunedAxis[],
  { name, minimize }: Objective,
): Chart {
  // The best are drawn last, over the others.
  const ranked = trials
    .flatMap((trial) => (trial.value === null ? [] : [{ ...trial, value: trial.value }]))
    .sort((a, b) => (minimize ? b.value - a.value : a.value - b.value));
  const width = Math.max(900, 110 * (axes.length + 1));
  return {
    option: titled('', {
      parallel: { left: 70, right: 90, top: 60, bottom: 30 },
      parallelAxis: [
        ...axes.map((axis, dim) => axisOption(axis, dim)),
        { dim: axes.length, name, type: 'value', scale: true, inverse: minimize },
      ],
      series: [
        {
          type: 'parallel',
          smooth: 0.2,
          data: ranked.map(({ values, value }, i) => ({
            value: [...axes.map((axis) => place(axis, values[axis.key])), value],
            lineStyle: lineStyle(ranked.length === 1 ? 1 : i / (ranked.length - 1)),
          })),
        },
      ],
    }),
    width,
    height: 380,
  };
}

function axisOption({ key, kind }: TunedAxis, dim: number): ChartOption {
  const named = { dim, name: shortName(key, 18) };
  if ('categories' in kind)
    return { ...named, type: 'category', data: kind.categories.map((text) => shortName(text, 14)) };
  if ('linear' in kind)
    return { ...named, type: 'value', min: kind.linear[0], max: kind.linear[1] };
  const [min, max] = kind.log;
  return { ...named, type: 'log', min, max, axisLabel: { formatter: power } };
}

/** `0.0001` as `1e-4`. */
function power(value: number): string {
  return Number(value.toPrecision(2)).toExponential().replace('+', '');
}

/** Where a value lies on its axis: the number itself, or the place of its category. The line of a trial without one passes over. */
function place({ kind }: TunedAxis, value: unknown): number | string {
  if (value === undefined) return '-';
  if (!('categories' in kind)) return Number(value);
  const found = kind.categories.indexOf(typeof value === 'string' ? value : JSON.stringify(value));
  return found === -1 ? '-' : found;
}

function lineStyle(rank: number): ChartOption {
  const color = light.map((low, i) => Math.round(low + rank * ((dark[i] ?? 0) - low)));
  return { color: `rgb(${color.join(',')})`, width: rank === 1 ? 3 : 1.5, opacity: 0.9 };
}
