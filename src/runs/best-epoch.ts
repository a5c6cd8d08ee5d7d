import type { BestBy } from '../train/is-better.js';
import type { LogLine } from './run-log.js';

type Line = LogLine<'metrics.jsonl'>;

/** Scores on what is held out, after an epoch. */
export type HeldOutLine = Extract<Line, { readonly balancedAccuracy: number }>;

/** The epochs' scores on what is held out, up to `last`. */
export function heldOutLines(
  lines: readonly Line[],
  last = Number.POSITIVE_INFINITY,
): HeldOutLine[] {
  return lines.filter((line): line is HeldOutLine => line.split !== 'train' && line.epoch <= last);
}

/** The best of them, by the rule that the trainer keeps its best weights by; null where there are none. */
export function bestLine(lines: readonly HeldOutLine[], by: BestBy): HeldOutLine | null {
  return lines.reduce<HeldOutLine | null>((best, line) => {
    if (best === null) return line;
    const tied = by === 'loss' || line[by] === best[by];
    return (tied ? line.loss < best.loss : line[by] > best[by]) ? line : best;
  }, null);
}
