/** Run folders that nothing was trained for. */
import { join } from 'node:path';
import { resolveSettings } from '../../../src/recipes/settings/resolve.js';
import type { SettingsLayer } from '../../../src/recipes/settings/schema.js';
import { put } from '../../vision/datasets/temporary-folder.js';

export interface MadeRun {
  readonly settings?: SettingsLayer;
  /** Accuracy after each epoch, on what chooses the best. */
  readonly accuracies: readonly number[];
  readonly split?: 'val' | 'test';
  /** Of the best weights on the test set, where that does not choose. */
  readonly test?: number;
  readonly classes?: readonly string[];
  readonly trainPrint?: string;
  readonly testPrint?: string;
  /** The recipe file. */
  readonly code?: { readonly path: string; readonly sha256: string };
  /** What summary.json has besides; null where there is none. */
  readonly summary?: object | null;
}

const scores = (accuracy: number) => ({
  loss: 1 - accuracy,
  accuracy,
  balancedAccuracy: accuracy,
});
const lines = (objects: readonly object[]) =>
  objects.map((object) => `${JSON.stringify(object)}\n`).join('');

/** Writes a run as the trainer does; returns its path. */
export async function makeRun(root: string, name: string, made: MadeRun): Promise<string> {
  const { accuracies, split = 'test', classes = ['cat', 'dog'] } = made;
  const { trainPrint = 'bb', testPrint = 'aa', code } = made;
  const folder = join(root, name);
  const settings = resolveSettings({ epochs: 2, seed: 0 }, made.settings ?? {});
  await put(
    folder,
    'config.json',
    JSON.stringify({
      ...{ recipe: 'folder', code },
      settings,
      engine: { engine: 'wasm', threads: 1, winograd: true },
      data: {
        ...{ train: 100, test: 1000, ...(split === 'val' && { val: 50 }) },
        fingerprint: { train: trainPrint, test: testPrint },
      },
      ...{ wick: '0.1.0', node: 'v20.19.0' },
    }),
  );
  const options = { numClasses: classes.length, inChannels: 3, imageSize: 32 };
  await put(
    folder,
    'model.json',
    JSON.stringify({
      format: 'wick-model/1',
      architecture: { name: 'lenet', options },
      ...{ inputShape: [3, 32, 32], classes, transform: { name: 'ToTensor' } },
    }),
  );
  const epochs = accuracies.map((accuracy, i) => ({ epoch: i + 1, ...scores(accuracy) }));
  await put(
    folder,
    'metrics.jsonl',
    lines(
      epochs.flatMap((line) => [
        { ...line, split: 'train', lr: 0.1 },
        { ...line, split },
      ]),
    ),
  );
  const time = { imagesPerSecond: 500, durationMs: 2000, waitShare: 0 };
  await put(folder, 'times.jsonl', lines(epochs.map(({ epoch }) => ({ epoch, ...time }))));
  if (made.summary === null) return folder;
  const facts = { durationMs: 5000, interrupted: false, stopReason: null, best: null };
  const test = made.test === undefined ? null : scores(made.test);
  const summary = { epochs: epochs.length, ...facts, test, ...made.summary };
  await put(folder, 'summary.json', JSON.stringify(summary));
  return folder;
}
