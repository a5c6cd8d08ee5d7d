/** All charts of a run: what its files and its page are drawn from. */
import { pngOfSvg } from '../vision/codecs/sharp.js';
import { classBarsChart } from './charts/class-bars.js';
import { confusionChart } from './charts/confusion.js';
import { accuracyChart, type Curves, lossChart } from './charts/curves.js';
import type { Predictions } from './charts/predictions.js';
import { reliabilityChart } from './charts/reliability.js';
import { thresholdCharts } from './charts/roc.js';
import { ratesChart, type Steps, stepsChart } from './charts/steps.js';
import type { Chart } from './echarts.js';
import type { Words } from './language/words.js';
import { hasChineseFont } from './lettering/chinese-font.js';
import { drawLetters } from './lettering/draw-letters.js';
import { pngNames, pngWords } from './lettering/png-text.js';
import { sheet } from './sheet.js';

/** What a run has written down, and what its model said of the held-out set: numbers and names alone. */
export interface RunRecord {
  readonly name: string;
  readonly classes: readonly string[];
  readonly curves: Curves;
  readonly steps: Steps;
  /** Counts `[true class][predicted class]` of the best weights. */
  readonly confusion: readonly (readonly number[])[] | null;
  /** Null where they were too many to be kept. */
  readonly predictions: Predictions | null;
}

export interface RunCharts {
  readonly loss: Chart;
  readonly accuracy: Chart;
  readonly steps: Chart;
  readonly rates: Chart;
  readonly confusion?: Chart;
  readonly classes?: Chart;
  readonly reliability?: Chart;
  readonly roc?: Chart;
  readonly precisionRecall?: Chart;
}

/** The charts of what there is. */
export function runCharts(record: RunRecord, words: Words): RunCharts {
  const { classes, curves, steps, confusion, predictions } = record;
  return {
    accuracy: accuracyChart(curves, words),
    loss: lossChart(curves, words),
    steps: stepsChart(steps, words),
    rates: ratesChart(steps, words),
    ...(confusion && {
      confusion: confusionChart(confusion, classes, words),
      classes: classBarsChart(confusion, classes, words),
    }),
    ...(predictions && {
      reliability: reliabilityChart(predictions, words),
      ...thresholdCharts(predictions, classes, words),
    }),
  };
}

/** A file's name with its content. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** The charts as files: SVG in the words of a language, and PNG of what people paste, in the same words where there is a font for them. */
export async function chartFiles(record: RunRecord, words: Words): Promise<Files> {
  const charts = runCharts(record, words);
  const lettered = { ...record, classes: await pngNames(record.classes) };
  const forPng = runCharts(lettered, await pngWords(words));
  const chineseFont = await hasChineseFont();
  const svg = (...shown: (Chart | undefined)[]) => sheet(record.name, shown.filter(isChart));
  const png = (...shown: (Chart | undefined)[]) =>
    pngOfSvg(drawLetters(svg(...shown), chineseFont), 2);
  return {
    'curves.svg': svg(charts.accuracy, charts.loss),
    'curves.png': await png(forPng.accuracy, forPng.loss),
    'steps.svg': svg(charts.steps),
    'lr.svg': svg(charts.rates),
    ...(charts.confusion && {
      'confusion.svg': svg(charts.confusion),
      'confusion.png': await png(forPng.confusion),
      'classes.svg': svg(charts.classes),
    }),
    ...(charts.reliability && {
      'reliability.svg': svg(charts.reliability),
      'roc.svg': svg(charts.roc, charts.precisionRecall),
    }),
  };
}

function isChart(chart: Chart | undefined): chart is Chart {
  return chart !== undefined;
}
