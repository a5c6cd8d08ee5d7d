import { Rng } from '../../src/core/rng.js';
import { answersOf } from '../../src/report/charts/predictions.js';
import { imageUrl } from '../../src/report/image-url.js';
import type { RunReport } from '../../src/report/page/run-report.js';
import { Image } from '../../src/vision/image.js';
import { sampleRecord } from './sample-record.js';

/** A report of a made run on classes of these names, whose pictures are named by them, too. */
export async function sampleReport(classes: readonly string[]): Promise<RunReport> {
  const record = sampleRecord(classes, Math.max(90, 2 * classes.length));
  const answers = answersOf(
    record.predictions ?? { classes: 1, scores: new Float32Array(1), labels: new Int32Array(1) },
  );
  const rng = new Rng(1);
  const noise = new Image(
    24,
    24,
    3,
    Uint8Array.from({ length: 24 * 24 * 3 }, () => rng.int(256)),
  );
  const url = await imageUrl(noise, 64);
  const shown = answers.map(({ index: _, ...answer }, n) => ({
    ...answer,
    url,
    name: `${classes[n % classes.length]}.png`,
  }));
  const reasons = shown
    .slice(0, 6)
    .map((answer) => ({ ...answer, right: answer.actual === answer.predicted }));
  const counts = classes.map((_, k) => 10 + k);
  const files = classes.map((name) => ({ name: `train/${name}/${name}.png` }));
  return {
    record,
    split: 'test',
    scores: { samples: 90, accuracy: 2 / 3, balancedAccuracy: 0.66, macroF1: 0.65 },
    model: { name: 'mnistCnn', pretrained: null, inputShape: [3, 24, 24], parameters: 12_345 },
    ended: { epochs: 3, wanted: 5, durationMs: 83_000, failed: null, stopped: true },
    recipe: classes[0] ?? '',
    settings: [{ key: 'optimizer.lr', value: '0.1', usual: '0.01' }],
    splits: [
      { name: 'train', samples: 900, counts },
      { name: 'test', samples: 90, counts },
    ],
    found: {
      kinds: [
        { kind: 'leaks', files },
        { kind: 'tiny', files: [] },
      ],
    },
    answers: shown,
    topLosses: shown.slice(0, 8),
    reasons,
    findings: [`never recognised: '${classes[1]}'`],
    notes: ['the schedule has not changed the learning rate'],
    environment: [{ of: 'wick', value: '0.1.0' }],
    path: `runs/${classes[0]}`,
  };
}
