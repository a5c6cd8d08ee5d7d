/** Counts that users give: a text, a fraction and what no number holds exactly are refused in one form, by the name they have there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as wick from '../../src/index.js';
import { readPredictOptions } from '../../src/runs/predict-options.js';

/** The surface as JavaScript sees it. */
// biome-ignore lint/suspicious/noExplicitAny: what types would refuse is what is tried here.
const js = wick as any;

type Count = unknown; // whatever JavaScript gives

const takers: Readonly<Record<string, readonly [min: number, take: (count: Count) => unknown]>> = {
  'Trainer: epochs': [1, (epochs) => new js.train.Trainer({ epochs })],
  'Trainer: accumulate': [1, (accumulate) => new js.train.Trainer({ epochs: 1, accumulate })],
  'Trainer: rollbacks': [0, (rollbacks) => new js.train.Trainer({ epochs: 1, rollbacks })],
  'lrFind: steps': [2, (steps) => js.train.lrFind({ steps })],
  'EarlyStopping: patience': [1, (patience) => new js.train.EarlyStopping({ patience })],
  'ModelCheckpoint: everyEpochs': [
    1,
    (everyEpochs) => new js.train.ModelCheckpoint('.', { everyEpochs }),
  ],
  'Lookahead: everySteps': [1, (everySteps) => new js.train.Lookahead({ everySteps })],
  'mnistCnn: numClasses': [
    1,
    (numClasses) => js.vision.models.createModel({ name: 'mnistCnn', options: { numClasses } }),
  ],
  'overfitBatch: steps': [1, (steps) => js.runs.overfitBatch({}, {}, { steps })],
  'auditLabels: folds': [2, (folds) => js.runs.auditLabels('nowhere', { folds })],
  'auditLabels: epochs': [1, (epochs) => js.runs.auditLabels('nowhere', { epochs })],
  'predict: top': [1, (top) => readPredictOptions([{ top: top as number }], 9)],
  'oneHot: numClasses': [
    1,
    (numClasses) => js.nn.functional.oneHot(js.tensor([0], { dtype: 'int32' }), numClasses),
  ],
};

for (const [name, [min, take]] of Object.entries(takers))
  test(name, async () => {
    for (const [count, shown] of [
      ['3', "'3'"],
      [2.5, '2.5'],
      [min - 1, String(min - 1)],
      [2 ** 53, '9007199254740992'],
    ] as const)
      await assert.rejects(async () => take(count), {
        name: 'ValueError',
        message: `${name}=${shown} must be a whole number ≥ ${min}`,
      });
  });
