import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Job, Plan } from '../../../src/runs/tune/job.js';
import { runStudy } from '../../../src/runs/tune/run-study.js';
import {
  formatRecords,
  parseRecords,
  type TrainingResult,
  type TrialRecord,
} from '../../../src/runs/tune/trial-record.js';
import { plan } from './made-study.js';

const value = ({ values }: Job, seed: number) => (Number(values.x) - 0.3) ** 2 + 0.01 * seed;
const of = { ...plan, trials: 12 };

interface Made {
  readonly plan?: Plan;
  readonly jobs?: number;
  readonly records?: readonly TrialRecord[];
  readonly signal?: AbortSignal;
  readonly train?: (job: Job, seed: number) => Promise<TrainingResult>;
}

function run({ plan: searched = of, jobs = 2, records = [], signal, train }: Made = {}) {
  const told: number[] = [];
  const done = runStudy({
    ...{ plan: searched, seeds: [5, 6], jobs, records },
    signal: signal ?? new AbortController().signal,
    train: train ?? (async (job, seed) => ({ state: 'done', value: value(job, seed), epoch: 1 })),
    onRecord: async ({ job }) => void told.push(job),
  });
  return done.then((all) => ({ all, told }));
}

test('each trial has the mean and the deviation of its seeds; at most so many trainings run at once', async () => {
  let [running, most] = [0, 0];
  const { all, told } = await run({
    jobs: 3,
    train: async (job, seed) => {
      most = Math.max(most, ++running);
      await delay(1);
      running--;
      return { state: 'done', value: value(job, seed), epoch: 1 };
    },
  });
  assert.equal(most, 3);
  assert.deepEqual(
    all.map(({ job }) => job),
    told.toSorted((a, b) => a - b),
  );
  for (const record of all) {
    assert.ok(Math.abs((record.value ?? 0) - value(record, 0.5)) < 1e-12);
    assert.ok(Math.abs((record.std ?? 0) - 0.01 / Math.SQRT2) < 1e-12);
    assert.deepEqual(
      record.seeds.map(({ seed }) => seed),
      [5, 6],
    );
  }
});

test('a trial that fails is recorded with its reason, and the study goes on', async () => {
  const { all } = await run({
    train: async (job, seed) =>
      job.trial === 2 && seed === 1
        ? { state: 'failed', reason: 'the loss is NaN' }
        : { state: 'done', value: 1, epoch: 1 },
  });
  assert.equal(all.length, 12);
  const [, second] = all;
  assert.deepEqual([second?.value, second?.failed], [null, 'seed 6: the loss is NaN']);
});

test('stopped anywhere and gone on with, a study does what is left, and comes to the same', async () => {
  const { all: whole } = await run();
  for (const trainings of [0, 1, 5, 12, 23]) {
    const abort = new AbortController();
    let count = 0;
    if (trainings === 0) abort.abort();
    const { all: part } = await run({
      signal: abort.signal,
      train: async (job, seed) => {
        if (++count >= trainings) abort.abort();
        return count > trainings
          ? { state: 'interrupted' }
          : { state: 'done', value: value(job, seed), epoch: 1 };
      },
    });
    assert.ok(part.length < 12);
    const again: number[] = [];
    const { all } = await run({
      records: part,
      train: async (job, seed) => {
        again.push(job.job);
        return { state: 'done', value: value(job, seed), epoch: 1 };
      },
    });
    assert.deepEqual(all, whole);
    assert.ok(part.every(({ job }) => !again.includes(job)));
  }
});

test('a study with halving that gets more trials does no work again, and compares old and new', async () => {
  const halved: Plan = { ...of, trials: 9, epochs: 9, halving: { reduction: 3, minEpochs: 1 } };
  const { all: before } = await run({ plan: halved });
  const again: number[] = [];
  const { all } = await run({
    plan: { ...halved, trials: 18 },
    records: before,
    train: async (job, seed) => {
      again.push(job.job);
      return { state: 'done', value: value(job, seed), epoch: 1 };
    },
  });
  assert.deepEqual(all.slice(0, before.length), before);
  assert.ok(again.every((job) => job > before.length));
  const work = all.map(({ trial, epochs }) => `${trial} to ${epochs}`);
  assert.equal(new Set(work).size, work.length);
  assert.equal(new Set(all.map(({ trial }) => trial)).size, 18);
});

test('records are lines in the order of their numbers, and are read as they were', async () => {
  const { all } = await run();
  const text = formatRecords(all.toReversed());
  assert.equal(text, formatRecords(all));
  assert.deepEqual(parseRecords('trials.jsonl', text), all);
  assert.throws(() => parseRecords('trials.jsonl', `${text}{"job":\n`), {
    name: 'DataError',
    message: /^trials\.jsonl: .*see line 13; the file may be damaged$/,
  });
});
