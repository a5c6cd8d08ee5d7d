import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import '../../src/ops/index.js';
import { saveSafetensors } from '../../src/io/safetensors.js';
import { fitTemperature } from '../../src/metrics/temperature.js';
import { cat } from '../../src/ops/functions.js';
import { calibrate } from '../../src/runs/calibrate.js';
import { evaluate } from '../../src/runs/evaluate.js';
import { explainPictures } from '../../src/runs/explain-pictures.js';
import { train } from '../../src/runs/train.js';
import { TrainedModel } from '../../src/runs/trained-model.js';
import { tensor } from '../../src/tensor/creation.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { fillFolder } from '../recipes/picture-folder.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { untrainedRun } from './untrained-run.js';

const settings = { epochs: 1, batchSize: 8, seed: 0, data: { imageSize: 8 } } as const;

/** A run whose pictures show nothing of their class, and which is sure all the same. */
async function tooSure(t: TestContext, parts: readonly string[], more: object = {}) {
  const root = await temporaryFolder(t);
  const photos = join(root, 'photos');
  for (const part of parts) await fillFolder(join(photos, part), { one: 16, two: 16 });
  const out = join(root, 'run');
  await train(photos, { ...settings, ...more, out, report: false });
  const { model } = await TrainedModel.load(out);
  const last = model.stateDict();
  for (const [name, value] of last)
    if (name.startsWith('fc2'))
      for (let i = 0; i < value.data.length; i++) value.data[i] = Number(value.data[i]) * 20;
  await saveSafetensors(join(out, 'checkpoints', 'best.safetensors'), last);
  return { root, photos, out };
}

test('calibrate fits the temperature on the validation part alone, and keeps it in model.json', async (t) => {
  const { out, photos } = await tooSure(t, ['train', 'val', 'test']);
  const before = await evaluate(out);
  const card = JSON.parse(await readFile(join(out, 'model.json'), 'utf8'));
  const trained = await TrainedModel.load(out);
  const scores: Tensor[] = [];
  const labels: number[] = [];
  const paths: string[] = [];
  for (const [label, name] of ['one', 'two'].entries())
    for (let i = 0; i < 16; i++) {
      const path = join(photos, 'val', name, `${i}.png`);
      const { input } = await trained.prepare(path);
      scores.push(await trained.logits(input));
      labels.push(label);
      paths.push(path);
    }
  const expected = fitTemperature(cat(scores), tensor(labels, { dtype: 'int32' }));

  const { temperature, samples, before: raw, after } = await calibrate(out);
  assert.equal(samples, 32);
  assert.ok(Math.abs(temperature / expected - 1) < 1e-4, `${temperature} for ${expected}`);
  assert.ok(temperature > 1.5, `${temperature}`);
  assert.ok(after < raw, `${raw} → ${after}`);
  const kept = JSON.parse(await readFile(join(out, 'model.json'), 'utf8'));
  assert.deepEqual(kept, { ...card, temperature });

  // Predictions, explanations and scores go by it.
  const own = cat(scores.slice(0, 1)).div(temperature).softmax(1).amax().item();
  const calibrated = await TrainedModel.load(out);
  const { predictions } = await calibrated.predict(paths[0] ?? '');
  assert.ok(Math.abs((predictions[0]?.probability ?? 0) - own) < 1e-5);
  const look = { colormap: 'viridis', opacity: 0.5, minSide: 8 } as const;
  for await (const { probability } of explainPictures(
    calibrated,
    [],
    paths.slice(0, 1).map((path) => ({ name: path, source: path })),
    { ...look, augSmooth: false, invert: 'no' },
    assert.fail,
  ))
    assert.ok(Math.abs(probability - own) < 1e-5);
  const evaluation = await evaluate(out);
  assert.equal(evaluation.temperature, temperature);
  assert.equal(evaluation.accuracy, before.accuracy);
  assert.equal(evaluation.rawCalibrationError, before.calibrationError);
  assert.ok(evaluation.calibrationError < before.calibrationError);
  assert.ok(evaluation.loss < before.loss);
  assert.deepEqual([before.temperature, before.rawCalibrationError], [null, null]);
  // Once more finds the same: it starts from what the network says.
  assert.equal((await calibrate(out)).temperature, temperature);
});

test('a held-out share of the training part is found again', async (t) => {
  const { out } = await tooSure(t, ['train', 'test'], { split: { val: 0.25 } });
  assert.equal((await calibrate(out)).samples, 8);
});

test('a run without a validation part, or with another than it had, is not calibrated', async (t) => {
  const { out } = await tooSure(t, ['train', 'test']);
  await assert.rejects(calibrate(out), {
    name: 'DataError',
    message: /run: was trained without a validation part, .*; train with --val-split 0\.1, /,
  });
  const changed = await tooSure(t, ['train', 'val', 'test']);
  await writeFile(join(changed.photos, 'val', 'one', '0.png'), 'x');
  await assert.rejects(calibrate(changed.out), {
    name: 'DataError',
    message: /run: its validation part is not what it was when the run was trained: /,
  });
  await assert.rejects(calibrate(out, { batchsize: 3 } as object), {
    message: /^calibrate: option 'batchsize' is unknown; did you mean batchSize\?$/,
  });
});

test('a temperature that no calibration finds is refused', async (t) => {
  for (const temperature of [0, -1, 1e9, 'hot']) {
    const { run } = await untrainedRun(await temporaryFolder(t), { temperature });
    await assert.rejects(TrainedModel.load(run), {
      name: 'DataError',
      message: /model\.json: .*temperature/,
    });
  }
});
