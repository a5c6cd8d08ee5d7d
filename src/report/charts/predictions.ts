import type { ConfidenceBin } from '../../metrics/calibration.js';
import { CalibrationError } from '../../metrics/calibration.js';
import { logSoftmaxRows } from '../../metrics/softmax-rows.js';
import { fromArray } from '../../tensor/creation.js';

/** What a model said of a set: plain arrays, which travel between threads. */
export interface Predictions {
  readonly classes: number;
  /** Before softmax, `[N, K]`. */
  readonly scores: Float32Array;
  /** `[N]` */
  readonly labels: Int32Array;
}

/** Probabilities `[N][K]`. */
export function probabilitiesOf({ scores, labels, classes }: Predictions): Float64Array[] {
  return logSoftmaxRows(fromArray(scores, [labels.length, classes])).map((row) =>
    row.map(Math.exp),
  );
}

/** Expected calibration error, and the bins that it is the mean of. */
export function calibrationOf({ scores, labels, classes }: Predictions): {
  readonly error: number;
  readonly bins: readonly ConfidenceBin[];
} {
  const calibration = new CalibrationError();
  calibration.update(
    fromArray(scores, [labels.length, classes]),
    fromArray(labels, [labels.length]),
  );
  return { error: calibration.compute(), bins: calibration.bins() };
}

/** What became of one sample. */
export interface Answer {
  /** Its place in the set. */
  readonly index: number;
  readonly actual: number;
  readonly predicted: number;
  /** Of `predicted`, 0–1. */
  readonly probability: number;
  /** −log of the true class's probability. */
  readonly loss: number;
}

/** The answer to each sample, in order. */
export function answersOf(predictions: Predictions): Answer[] {
  const { scores, labels, classes } = predictions;
  return logSoftmaxRows(fromArray(scores, [labels.length, classes])).map((logs, index) => {
    const actual = labels[index] ?? 0;
    let predicted = 0;
    for (let k = 1; k < logs.length; k++)
      if ((logs[k] as number) > (logs[predicted] as number)) predicted = k;
    const probability = Math.exp(logs[predicted] as number);
    return { index, actual, predicted, probability, loss: -(logs[actual] as number) };
  });
}
