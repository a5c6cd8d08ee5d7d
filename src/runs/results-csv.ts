/** `results.csv`: a line for each epoch under Ultralytics' names of columns, for those whose notebooks read them. */
import type { LogLine } from './run-log.js';

/** An epoch by the logs. */
export interface ResultsRow {
  readonly train: LogLine<'metrics.jsonl'> & { readonly split: 'train' };
  readonly heldOut: LogLine<'metrics.jsonl'> & { readonly split: 'val' | 'test' };
  /** Of training and measuring, in milliseconds. */
  readonly durationMs: number;
}

/** The rows of logs that are whole. */
export function resultsRows(
  metrics: readonly LogLine<'metrics.jsonl'>[],
  times: readonly LogLine<'times.jsonl'>[],
): ResultsRow[] {
  const durations = new Map(times.map(({ epoch, durationMs }) => [epoch, durationMs]));
  return metrics.flatMap((train, i) => {
    const heldOut = metrics[i + 1];
    if (train.split !== 'train' || heldOut === undefined || heldOut.split === 'train') return [];
    return [{ train, heldOut, durationMs: durations.get(train.epoch) ?? 0 }];
  });
}

/** The file; `time` is seconds since the training began. */
export function resultsCsv(rows: readonly ResultsRow[]): string {
  const hasTop5 = rows.some(({ heldOut }) => heldOut.top5 !== undefined);
  const header = [
    'epoch',
    'time',
    'train/loss',
    'train/accuracy_top1',
    'metrics/accuracy_top1',
    ...(hasTop5 ? ['metrics/accuracy_top5'] : []),
    'val/loss',
    'lr/pg0',
  ];
  let seconds = 0;
  const lines = rows.map(({ train, heldOut, durationMs }) => {
    seconds += durationMs / 1000;
    const numbers = [
      train.epoch,
      seconds,
      train.loss,
      train.accuracy,
      heldOut.accuracy,
      ...(hasTop5 ? [heldOut.top5 ?? Number.NaN] : []),
      heldOut.loss,
      train.lr,
    ];
    return numbers.map((value) => String(Number(value.toPrecision(6)))).join(',');
  });
  return `${[header.join(','), ...lines].join('\n')}\n`;
}
