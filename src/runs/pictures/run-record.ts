import type { CurveScores } from '../../report/charts/curves.js';
import type { Predictions } from '../../report/charts/predictions.js';
import type { RunRecord } from '../../report/run-charts.js';
import { RunFolder } from '../run-folder.js';

/** What the best weights of a run are, and what they made of the held-out set; plain data. */
export interface Outcome {
  /** The epoch that they are of. */
  readonly best: number | null;
  /** Their scores on the test set, where a validation set chose them. */
  readonly test: CurveScores | null;
  readonly confusion: readonly (readonly number[])[] | null;
  readonly predictions: Predictions | null;
}

/** A run by its logs, and what is not in them. */
export async function readRecord(
  path: string | RunFolder,
  classes: readonly string[],
  { best, test, confusion, predictions }: Outcome,
): Promise<RunRecord> {
  const run = await RunFolder.open(path);
  const [metrics, steps] = await Promise.all([
    run.readLog('metrics.jsonl'),
    run.readLog('steps.jsonl'),
  ]);
  const points = metrics.flatMap((line, i) => {
    const heldOut = metrics[i + 1];
    if (line.split !== 'train' || heldOut === undefined || heldOut.split === 'train') return [];
    const { epoch, lr } = line;
    return [{ epoch, lr, train: line, split: heldOut.split, heldOut }];
  });
  return {
    name: run.name,
    classes,
    curves: { points, best, test },
    steps: {
      step: steps.map(({ step }) => step),
      loss: steps.map(({ loss }) => loss),
      lr: steps.map(({ lr }) => lr),
    },
    confusion,
    predictions,
  };
}
