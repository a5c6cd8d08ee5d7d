import { accuracyChart, type CurvePoint, lossChart } from './charts/curves.js';
import { currentWords } from './language/choice.js';
import { sheet } from './sheet.js';

/** Accuracy and loss by epoch, of training and of the set held out of it, side by side, as SVG: what `curves.svg` of a run is. */
export function curvesSvg(points: readonly CurvePoint[], title: string): string {
  const curves = { points, best: null, test: null };
  const words = currentWords();
  return sheet(title, [accuracyChart(curves, words), lossChart(curves, words)]);
}
