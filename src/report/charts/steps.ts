import type { Chart } from '../echarts.js';
import type { Words } from '../language/words.js';
import { colors, legend, line, rounded, titled, xAxis, yAxis } from './look.js';

/** Every optimizer step of a run, in order. */
export interface Steps {
  readonly step: readonly number[];
  readonly loss: readonly number[];
  readonly lr: readonly number[];
}

/** More points than pixels show nothing more. */
const mostPoints = 800;

/** The loss of every step, and a smoothed line over it. */
export function stepsChart({ step, loss }: Steps, words: Words): Chart {
  const smooth = smoothed(loss);
  return overSteps(words.stepLoss, words, [
    line(words.raw, colors.train, points(step, loss, extremes(loss)), {
      lineStyle: { width: 1, opacity: 0.35 },
      itemStyle: { opacity: 0.35 },
    }),
    line(words.smoothed, colors.heldOut, points(step, smooth, spread(step.length)), {
      lineStyle: { width: 2 },
    }),
  ]);
}

/** The learning rate of every step. */
export function ratesChart({ step, lr }: Steps, words: Words): Chart {
  return overSteps(words.learningRate, words, [
    line(words.learningRate, colors.train, points(step, lr, spread(step.length))),
  ]);
}

function overSteps(title: string, words: Words, series: readonly object[]): Chart {
  return {
    option: titled(title, {
      ...(series.length > 1 && { legend }),
      tooltip: { trigger: 'axis', confine: true },
      grid: { left: 70, right: 30, top: 48, bottom: series.length > 1 ? 68 : 44 },
      xAxis: xAxis(words.step, { type: 'value', min: 'dataMin', max: 'dataMax' }),
      yAxis: yAxis('', { scale: true }),
      series,
    }),
    width: 900,
    height: 340,
  };
}

/** The exponential moving average of some fortieth of the run, without the pull of its start (Kingma and Ba, 2015, §3). */
export function smoothed(values: readonly number[]): number[] {
  const decay = 1 - 1 / Math.max(1, values.length / 40);
  let sum = 0;
  let weight = 0;
  return values.map((value) => {
    sum = decay * sum + (1 - decay) * value;
    weight = decay * weight + (1 - decay);
    return sum / weight;
  });
}

function points(step: readonly number[], values: readonly number[], chosen: readonly number[]) {
  return chosen.map((i) => [step[i], rounded(values[i] ?? Number.NaN)]);
}

/** Places evenly from the first to the last. */
function spread(length: number): number[] {
  const count = Math.min(length, mostPoints);
  return Array.from({ length: count }, (_, i) =>
    Math.round((i * (length - 1)) / Math.max(1, count - 1)),
  );
}

/** The places of the smallest and the largest value of each stretch: spikes stay. */
function extremes(values: readonly number[]): number[] {
  const stretch = Math.ceil((2 * values.length) / mostPoints);
  if (stretch <= 2) return values.map((_, i) => i);
  const chosen: number[] = [];
  for (let from = 0; from < values.length; from += stretch) {
    let low = from;
    let high = from;
    for (let i = from; i < Math.min(from + stretch, values.length); i++) {
      if ((values[i] ?? 0) < (values[low] ?? 0)) low = i;
      if ((values[i] ?? 0) > (values[high] ?? 0)) high = i;
    }
    chosen.push(Math.min(low, high), ...(low === high ? [] : [Math.max(low, high)]));
  }
  return chosen;
}
