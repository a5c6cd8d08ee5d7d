import assert from 'node:assert/strict';
import { readFile, readlink } from 'node:fs/promises';
import { constants, getPriority } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { runs } from '../../src/index.js';
import { DrawingPace } from '../../src/runs/pictures/drawing-pace.js';
import { DrawingThread } from '../../src/runs/pictures/drawing-thread.js';
import { decode } from '../../src/vision/codecs/decode.js';
import { Image } from '../../src/vision/image.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { FakeClock } from './fake-clock.js';

const nothing = { best: null, test: null, confusion: null, predictions: null };

/** A run without pictures, what is written into it from now on, and what is told of its drawing. */
async function watchedRun(t: TestContext) {
  const out = join(await temporaryFolder(t), 'run');
  const small = { data: { limit: 40 }, epochs: 3, seed: 1, loader: { workers: 0 } } as const;
  const { run } = await runs.train('digits', { ...small, report: false, out });
  const written: string[][] = [];
  const problems: string[] = [];
  const writeFiles = run.writeFiles.bind(run);
  run.writeFiles = async (files) => {
    written.push(Object.keys(files));
    await writeFiles(files);
  };
  const clock = new FakeClock();
  const pace = new DrawingPace(clock);
  const costs: number[] = [];
  const ended = pace.ended.bind(pace);
  pace.ended = (costMs) => {
    costs.push(costMs ?? Number.NaN);
    ended(costMs);
  };
  const thread = new DrawingThread(run, (text) => problems.push(text), pace);
  t.after(() => thread.stop());
  return { out, written, problems, costs, clock, thread };
}

const charts = ['curves.svg', 'curves.png', 'steps.svg', 'lr.svg'];

test('of what is wanted before its turn comes only the newest is looked up and drawn', async (t) => {
  const { out, written, problems, clock, thread } = await watchedRun(t);
  const asked: number[] = [];
  const wanted = (best: number) => async () => {
    asked.push(best);
    return {
      classes: ['a'],
      language: 'en' as const,
      outcome: { ...nothing, best },
      gallery: null,
    };
  };
  thread.draw(wanted(1));
  clock.pass(49_000);
  thread.draw(wanted(2));
  await turn();
  assert.deepEqual(asked, []);
  clock.pass(1000);
  await thread.settled();
  assert.deepEqual([asked, written], [[2], [charts]]);
  assert.match(await readFile(join(out, 'curves.svg'), 'utf8'), />best</);
  thread.draw(wanted(3));
  await turn();
  assert.deepEqual(asked, [2]); // what it cost is known now
  clock.pass(3_600_000);
  await thread.settled();
  assert.deepEqual(
    [asked, written],
    [
      [2, 3],
      [charts, charts],
    ],
  );
  thread.draw(wanted(4));
  await thread.stop();
  clock.pass(3_600_000);
  await turn();
  assert.deepEqual([asked, problems], [[2, 3], []]);
});

test('pictures of mistakes are drawn too, whatever size they have', async (t) => {
  const { out, written, problems, clock, thread } = await watchedRun(t);
  const picture = { image: new Image(300, 200, 3), lines: ['taken for a'] };
  const titles = { losses: 'losses', pairs: 'pairs' };
  const gallery = {
    titles,
    losses: [{ pictures: [picture] }],
    pairs: [{ pictures: [picture, picture] }],
  };
  thread.draw(async () => ({ classes: ['a'], language: 'en', outcome: nothing, gallery }));
  clock.pass(50_000);
  await thread.settled();
  await thread.stop();
  assert.deepEqual([written, problems], [[[...charts, 'top-losses.png', 'confused.png']], []]);
  const { width } = await decode(join(out, 'confused.png'));
  assert.equal(width, 1.5 * (8 + 2 * 120));
});

test('a drawing costs what it has taken itself, without those before', async (t) => {
  const { problems, costs, clock, thread } = await watchedRun(t);
  const request = { classes: ['a'], language: 'en', outcome: nothing, gallery: null } as const;
  thread.draw(async () => request);
  clock.pass(50_000);
  await thread.settled();
  thread.draw(async () => ({ ...request, language: 'none' as 'en' })); // which fails at once
  clock.pass(3_600_000);
  await thread.settled();
  assert.equal(problems.length, 1);
  const [first = 0, second = 0] = costs;
  assert.ok(0 < second && second < first / 2, `${first} and ${second} ms`);
});

test('what cannot be looked up is told, and not tried again at once', async (t) => {
  const { written, problems, clock, thread } = await watchedRun(t);
  let tries = 0;
  const failing = async () => {
    tries++;
    throw new Error('the pictures are gone');
  };
  thread.draw(failing);
  clock.pass(50_000);
  await thread.settled();
  thread.draw(failing);
  clock.pass(49_999);
  await turn();
  assert.deepEqual([tries, problems, written], [1, ['the pictures are gone'], []]);
  await thread.stop();
});

test('the thread that draws lets all others go first, and knows how much it works', {
  skip: process.platform !== 'linux' && 'threads have priorities of their own on Linux',
}, async () => {
  const module = new URL('../../src/runs/pictures/this-thread.js', import.meta.url).href;
  const source = `
    const { parentPort } = require('node:worker_threads');
    import('${module}').then(({ takeLowestPriority, workedMs }) => {
      takeLowestPriority();
      const before = workedMs();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
      const sleptMs = workedMs() - before;
      while (workedMs() < before + 3);
      parentPort.postMessage({ link: require('node:fs').readlinkSync('/proc/thread-self'), sleptMs });
      setTimeout(() => {}, 60_000);
    });`;
  const own = getPriority();
  const worker = new Worker(source, { eval: true });
  try {
    const { link, sleptMs } = await new Promise<{ link: string; sleptMs: number }>(
      (resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      },
    );
    const thread = Number(link.split('/').at(-1));
    assert.equal(getPriority(thread), constants.priority.PRIORITY_LOW);
    assert.equal(getPriority(process.pid), own);
    assert.ok(sleptMs < 250, `${sleptMs} ms of work in 500 ms of sleep`);
    assert.notEqual(await readlink('/proc/thread-self'), link);
  } finally {
    await worker.terminate();
  }
});
