import { colors, legend, line, rounded, titled, xAxis, yAxis } from './charts/look.js';
import type { Chart } from './echarts.js';
import type { Words } from './language/words.js';
import type { Objective, TunedTrial } from './tuned-trial.js';

/** The objective of each trial in their order, and the best so far: of those that were trained for the longest. */
export function tuneHistoryChart(
  trials: readonly TunedTrial[],
  objective: Objective,
  words: Words['tune'],
): Chart {
  const whole = Math.max(...trials.map(({ epochs }) => epochs));
  const points = (some: readonly TunedTrial[]) =>
    some.flatMap(({ trial, value }) => (value === null ? [] : [[trial, rounded(value)]]));
  const early = trials.filter(({ epochs }) => epochs < whole);
  const full = trials.filter(({ epochs }) => epochs === whole);
  return {
    option: titled(objective.name, {
      legend,
      grid: { left: 70, right: 30, top: 48, bottom: 68 },
      xAxis: xAxis(words.trial, { type: 'value', min: 1, max: 'dataMax', minInterval: 1 }),
      yAxis: yAxis('', { scale: true }),
      series: [
        ...(early.length === 0 ? [] : [dots(words.endedEarly, colors.quiet, points(early))]),
        dots(words.trials, colors.train, points(full)),
        line(words.bestSoFar, colors.heldOut, best(full, objective), { step: 'end' }),
      ],
    }),
    width: 900,
    height: 340,
  };
}

function dots(name: string, color: string, data: readonly unknown[]): object {
  return { name, type: 'scatter', color, data, symbolSize: 7 };
}

function best(trials: readonly TunedTrial[], { minimize }: Objective): [number, number | null][] {
  let top: number | null = null;
  return trials.flatMap(({ trial, value }): [number, number | null][] => {
    if (value === null) return [];
    if (top === null || (minimize ? value < top : value > top)) top = value;
    return [[trial, rounded(top)]];
  });
}
