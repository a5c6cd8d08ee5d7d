/** What trainings are told, in Chinese: each line by what makes it, so that neither changes without the other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NotFiniteError } from '../../src/core/errors.js';
import { nn, optim, tensor } from '../../src/index.js';
import { ConfusionMatrix } from '../../src/metrics/confusion-matrix.js';
import { chineseNote } from '../../src/report/language/chinese-notes.js';
import { steeringText } from '../../src/runs/steering/steering-log.js';
import { Freeze } from '../../src/train/callbacks/freeze.js';
import { LossSpikes } from '../../src/train/callbacks/loss-spikes.js';
import { Unfreeze } from '../../src/train/callbacks/unfreeze.js';
import { headNote } from '../../src/train/fine-tune.js';
import { judge } from '../../src/train/judge.js';
import { Position } from '../../src/train/position.js';
import { requireFiniteLoss, withCause } from '../../src/train/require-finite.js';
import { PassedOver } from '../../src/vision/datasets/passed-over.js';
import { smallTraining } from '../train/small-training.js';
import { inChinese } from './in-chinese.js';

test('findings', () => {
  const classes = ['cat', "d'og", ...Array.from({ length: 6 }, (_, k) => `class ${k}`)];
  const counts = classes.map((_, k) => classes.map((__, p) => (p === 0 ? 5 + k : 0)));
  const [useless = '', missed = '', ...rest] = judge(ConfusionMatrix.of(counts), classes);
  assert.deepEqual(rest, []);
  assert.equal(inChinese(useless), '并不比总是回答“class 5”更好，那样有 17.6% 的图片判断正确');
  assert.equal(
    inChinese(missed),
    "从未识别出：'d'og'（6 张）、'class 0'（7 张）、'class 1'（8 张）、'class 2'（9 张）、'class 3'（10 张），以及另外 2 个类别",
  );
});

test('numbers that are not finite', () => {
  const place = { epoch: 2, batch: 3, split: 'train' } as const;
  const cause = (error: unknown, why: string) => withCause(error as NotFiniteError, why).detail; // each is one
  for (const split of ['train', 'val', 'test'] as const)
    assert.throws(
      () => requireFiniteLoss(Number.NaN, { ...place, split }, 9, 0.1),
      (error: NotFiniteError) => {
        inChinese(error.detail);
        for (const why of [
          'picture 4 of the batch holds NaN',
          'the step before it made NaN or ∞ of fc.weight',
          'first in the output of layer 1.bn (BatchNorm2d)',
          'first in the output of the network (Sequential)',
          'float16 holds numbers up to 65504, and there are larger ones in the output of layer 1 (Linear)',
          'float16 holds numbers up to 65504, and there are larger ones in the output of the network (Sequential)',
          'all layers are finite, the loss of their output is not',
        ])
          assert.doesNotMatch(inChinese(cause(error, why)), / of |output/);
        return true;
      },
    );
});

test('where a training goes on, and what it goes on with', async () => {
  const at = new Position();
  for (const phase of ['train', 'measure'] as const) {
    at.phase = phase;
    inChinese(at.where(5));
    inChinese(`${at.where(5)} with the learning rate halved to 0.05 (1 of 2 times)`);
  }
  inChinese(at.where(0));
  inChinese(headNote(1, null));
  const notes: string[] = [];
  const told = { onNote: (text: string) => void notes.push(text) };
  const { trainer } = smallTraining({
    callbacks: [new Freeze({ 2: ['0'] }), new Unfreeze({ 3: ['0', ''] }), told],
  });
  await trainer.fit();
  assert.ok(notes.length >= 3, notes.join('; '));
  for (const note of notes) inChinese(note);
});

test('losses that jump', () => {
  const notes: string[] = [];
  const spikes = new LossSpikes();
  const model = new nn.Linear(1, 1);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  spikes.onFitStart({
    model,
    optimizer,
    note: (text: string) => void notes.push(text),
  } as unknown as Parameters<LossSpikes['onFitStart']>[0]);
  for (let step = 1; step <= 60; step++)
    spikes.onStep({
      epoch: 1,
      step,
      loss: step > 52 ? 1e3 ** (step - 51) : 1 + (step % 2) / 10,
    } as Parameters<LossSpikes['onStep']>[0]);
  assert.equal(notes.length, 5);
  for (const note of notes) inChinese(note);
  assert.match(inChinese(notes[4] ?? ''), /之后的跳跃不再提示/);
});

test('what was done by hand', () => {
  const done = { step: 7, at: '' };
  assert.equal(inChinese(steeringText({ action: 'stop', ...done })), '在第 7 步之后由人工停止');
  assert.equal(
    inChinese(steeringText({ action: 'lr', from: 0.1, to: 1e-5, ...done })),
    '在第 7 步之后人工将学习率从 0.1 改为 0.00001',
  );
});

test('what is passed over in folders', () => {
  const passed = new PassedOver('my photos');
  for (const path of ['a.heic', 'b', 'c.txt']) passed.count('file', path);
  for (const reason of ['beside', 'link', 'special'] as const) passed.count(reason, 'x');
  const [first = '', ...rest] = passed.notes;
  assert.equal(
    chineseNote(first),
    'my photos：略过 3 个文件，其格式无法读取：1 .heic, 1 .txt, 1 无扩展名；请将 HEIC 转换为 JPEG',
  );
  assert.equal(rest.length, 3);
  for (const note of rest) inChinese(note);
  passed.count('special', 'y');
  for (const note of passed.notes) assert.notEqual(chineseNote(note), note);
});

test('a line that is not known stays as it is', () => {
  const line = `something new ${tensor([1]).toString()}`;
  assert.equal(chineseNote(line), line);
});
