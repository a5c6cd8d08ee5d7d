import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { ConfusionMatrix } from '../../src/metrics/confusion-matrix.js';
import '../../src/ops/index.js';
import { tensor } from '../../src/tensor/creation.js';
import { formatEpoch, formatLr } from '../../src/train/epoch-line.js';
import type { EpochEvent, HeldOutScores, StepEvent } from '../../src/train/metrics.js';
import { formatDuration, Progress } from '../../src/train/progress.js';

/** Scores of a set with so many samples of each class. */
function heldOut(sizes: readonly number[]): HeldOutScores {
  const confusion = new ConfusionMatrix(sizes.length);
  const labels = sizes.flatMap((size, k) => new Array<number>(size).fill(k));
  const scores = labels.map(() => sizes.map((_, k) => (k === 0 ? 1 : 0)));
  confusion.update(tensor(scores), tensor(labels, { dtype: 'int32' }));
  return { loss: 0.1649, accuracy: 0.9512, balancedAccuracy: 0.5, confusion };
}

const epoch: EpochEvent = {
  epoch: 1,
  epochs: 5,
  train: { loss: 0.3789, accuracy: 0.8886 },
  split: 'test',
  heldOut: heldOut([50, 50]),
  lr: 0.01,
  imagesPerSecond: 5000,
  durationMs: 1000,
  waitShare: 0,
  best: true,
};

const step = (n: number): StepEvent => ({
  epoch: 1,
  step: n,
  stepsPerEpoch: 1875,
  globalStep: n,
  loss: 0.5,
  lr: 0.01,
  samples: 32,
  running: { loss: 0.41234, accuracy: 0.8791 },
});

/** A stream that remembers what was written. */
function sink(isTTY: boolean, columns = 80) {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY, columns }), text: () => text };
}

test('the epoch line is the tutorial’s', () => {
  assert.equal(
    formatEpoch(epoch),
    'Epoch: 1, Train_acc:88.9%, Train_loss:0.379, Test_acc:95.1%, Test_loss:0.165, Lr:1.00E-02',
  );
  assert.match(formatEpoch({ ...epoch, epoch: 12 }), /^Epoch:12, /);
  assert.equal(
    formatEpoch({ ...epoch, split: 'val', heldOut: heldOut([60, 40, 0]) }),
    'Epoch: 1, Train_acc:88.9%, Train_loss:0.379, Val_acc:95.1%, Val_loss:0.165, Lr:1.00E-02',
  );
});

test('where classes differ by more than 1.5×, balanced accuracy stands beside accuracy', () => {
  assert.equal(
    formatEpoch({ ...epoch, heldOut: heldOut([61, 40]) }),
    'Epoch: 1, Train_acc:88.9%, Train_loss:0.379, Test_acc:95.1%, Test_balanced:50.0%, Test_loss:0.165, Lr:1.00E-02',
  );
});

test('an epoch line is no wider than the terminal', () => {
  const unbalanced = { ...epoch, heldOut: heldOut([61, 40]) };
  assert.equal(
    formatEpoch(epoch, 80),
    'Epoch 1: train 88.9% loss 0.379, test 95.1% loss 0.165, lr 1.00E-02',
  );
  assert.equal(
    formatEpoch(unbalanced, 80),
    'Epoch 1: train 88.9% loss 0.379, test 95.1% (bal 50.0%) loss 0.165, lr 1.00E-02',
  );
  assert.equal(
    formatEpoch({ ...unbalanced, epoch: 1000 }, 80),
    'Epoch 1000: train 88.9% loss 0.379, test 95.1% (bal 50.0%) loss 0.165',
  );
  const wild = { ...unbalanced, train: { loss: 1.8e14, accuracy: 1 }, epoch: 99_999 };
  for (const event of [epoch, unbalanced, wild])
    for (const columns of [10, 40, 70, 79, 80, 89, 90, 100, 120])
      assert.ok(formatEpoch(event, columns).length <= columns, `${columns}`);
});

test('learning rates and durations print as people write them', () => {
  assert.deepEqual([1e-2, 9.2e-5, 1, 12, 1e-10].map(formatLr), [
    '1.00E-02',
    '9.20E-05',
    '1.00E+00',
    '1.20E+01',
    '1.00E-10',
  ]);
  assert.deepEqual([0, 7_400, 59_600, 754_000, 3_723_000].map(formatDuration), [
    '0:00',
    '0:07',
    '1:00',
    '12:34',
    '1:02:03',
  ]);
});

test('where there is no terminal, there are epoch lines and nothing else', () => {
  const { stream, text } = sink(false);
  const progress = new Progress({ stream, epochs: 5 });
  for (let n = 1; n <= 1875; n++) progress.onStep(step(n));
  progress.onEpoch(epoch);
  progress.onEnd();
  assert.equal(text(), `${formatEpoch(epoch)}\n`);
});

test('where there is no terminal, a line every so many batches is there when asked for', () => {
  const { stream, text } = sink(false);
  let now = 0;
  const progress = new Progress({ stream, epochs: 5, everyBatches: 2, now: () => now });
  for (const n of [1, 2, 3, 4]) {
    progress.onStep({ ...step(n), stepsPerEpoch: 4 });
    now += 16;
  }
  assert.equal(
    text(),
    'Epoch 1/5, batch 2/4: loss 0.412, acc 87.9%, lr 1.00E-02, 2000 img/s\n' +
      'Epoch 1/5, batch 4/4: loss 0.412, acc 87.9%, lr 1.00E-02, 2000 img/s\n',
  );
});

test('the rate and the time that is left are of the steps that are seen: a resumed epoch begins in its midst', () => {
  const { stream, text } = sink(true);
  let now = 5_000_000;
  const progress = new Progress({ stream, epochs: 5, now: () => now });
  for (const n of [1001, 1002, 1003]) {
    progress.onStep(step(n));
    now += 1000;
  }
  assert.match(text(), / 32 img\/s ETA 14:32.*$/); // 872 steps of a second
});

test('on a terminal one line is redrawn within its width, and not at every step', () => {
  for (const columns of [80, 40]) {
    let now = 0;
    const { stream, text } = sink(true, columns);
    const progress = new Progress({ stream, epochs: 5, now: () => now });
    for (let n = 1; n <= 1000; n++) {
      progress.onStep(step(n));
      now += 4;
    }
    const drawn = text().split('\r\x1b[K').slice(1);
    assert.ok(drawn.length > 30 && drawn.length < 45, `${drawn.length} redraws in 4 s`);
    for (const line of drawn) assert.ok(line.length < columns && !line.includes('\n'), line);
    if (columns === 80)
      assert.equal(
        drawn.at(-1),
        'Epoch 1/5 ━━━━━╸─────  52% loss 0.412 acc 87.9% lr 1.00E-02 8000 img/s ETA 0:04',
      );
    progress.onEpoch(epoch);
    assert.ok(text().endsWith(`\r\x1b[K${formatEpoch(epoch, columns)}\n`));
  }
});

test('the bar says that it measures, and what the note says', () => {
  let now = 0;
  const { stream, text } = sink(true);
  const progress = new Progress({ stream, epochs: 5, now: () => now });
  for (let batch = 1; batch <= 10; batch++) {
    progress.onMeasure({ epoch: 1, split: 'test', batch, batches: 10 });
    now += 200;
  }
  progress.onNote('a \x1b[31mname');
  const drawn = text().split('\r\x1b[K').slice(1);
  assert.equal(drawn[0], 'Epoch 1/5, test set ━━──────────────────  10% ETA 0:00');
  assert.equal(drawn[4], 'Epoch 1/5, test set ━━━━━━━━━━──────────  50% ETA 0:01');
  assert.equal(drawn.at(-1), 'note: a \\x1b[31mname\n');
});

test('features: a bar on a terminal, nothing elsewhere', () => {
  for (const isTTY of [true, false]) {
    const { stream, text } = sink(isTTY);
    const progress = new Progress({ stream, epochs: 1 });
    for (const batch of [1, 2, 3]) progress.onFeatures({ batch, batches: 3 });
    assert.equal(/Features .*100%/.test(text()), isTTY);
    assert.equal(text().length > 0, isTTY);
  }
});
