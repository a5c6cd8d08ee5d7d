import { printable } from '../core/outside-text.js';
import { cutText, padText, textWidth } from './text-width.js';

/** A bar of a chart. */
export interface Bar {
  readonly label: string;
  readonly value: number;
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const longestLabel = 24;
const longestBar = 40;

/** One line of at most 80 columns for each value: its label, the number, and a bar in proportion to it. */
export function barChart(bars: readonly Bar[]): string[] {
  const labels = bars.map(({ label }) => cutText(printable(label), longestLabel));
  const numbers = bars.map(({ value }) => value.toLocaleString('en'));
  const labelWidth = Math.max(0, ...labels.map(textWidth));
  const numberWidth = Math.max(0, ...numbers.map((number) => number.length));
  const most = Math.max(1, ...bars.map(({ value }) => value));
  return bars.map(({ value }, i) => {
    const units = Math.round((8 * longestBar * value) / most);
    const bar = '█'.repeat(units >> 3) + (eighths[units & 7] ?? '');
    const label = padText(labels[i] ?? '', labelWidth);
    return `${label}  ${(numbers[i] ?? '').padStart(numberWidth)} ${bar}`.trimEnd();
  });
}
