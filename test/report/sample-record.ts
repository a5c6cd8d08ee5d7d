import { Rng } from '../../src/core/rng.js';
import { answersOf } from '../../src/report/charts/predictions.js';
import type { RunRecord } from '../../src/report/run-charts.js';

/** A run of a model that is right two times in three, on `samples` of classes of these names. */
export function sampleRecord(classes: readonly string[], samples: number): RunRecord {
  const k = classes.length;
  const rng = new Rng(0);
  const scores = Float32Array.from({ length: samples * k }, () => rng.normal());
  const labels = Int32Array.from({ length: samples }, (_, n) => n % k);
  labels.forEach((label, n) => {
    const told = rng.uniform() < 2 / 3 ? label : rng.int(k);
    scores[n * k + told] = (scores[n * k + told] ?? 0) + 5;
  });
  const predictions = { classes: k, scores, labels };
  const confusion = classes.map(() => classes.map(() => 0));
  for (const { actual, predicted } of answersOf(predictions)) {
    const row = confusion[actual] ?? [];
    row[predicted] = (row[predicted] ?? 0) + 1;
  }
  const epochs = [1, 2, 3];
  return {
    name: classes[0] ?? '',
    classes,
    curves: {
      points: epochs.map((epoch) => ({
        epoch,
        lr: 0.1 / epoch,
        split: 'val',
        train: { loss: 1 / epoch, accuracy: 0.7 + 0.05 * epoch },
        heldOut: { loss: 1.1 / epoch, accuracy: 0.6 + 0.05 * epoch },
      })),
      best: 3,
      test: { loss: 0.4, accuracy: 0.66 },
    },
    steps: {
      step: Array.from({ length: 3000 }, (_, i) => i + 1),
      loss: Array.from({ length: 3000 }, (_, i) => 1 / (1 + i) + (i === 1234 ? 9 : 0)),
      lr: Array.from({ length: 3000 }, () => 0.1),
    },
    confusion,
    predictions,
  };
}
