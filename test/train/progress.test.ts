import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { type EpochEvent, formatEpoch, formatLr, type StepEvent } from '../../src/train/metrics.js';
import { formatDuration, Progress } from '../../src/train/progress.js';

const epoch: EpochEvent = {
  epoch: 1,
  epochs: 5,
  train: { loss: 0.3789, accuracy: 0.8886 },
  test: { loss: 0.1649, accuracy: 0.9512 },
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
    assert.ok(text().endsWith(`\r\x1b[K${formatEpoch(epoch)}\n`));
  }
});
