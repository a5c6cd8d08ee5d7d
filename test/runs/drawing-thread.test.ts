import assert from 'node:assert/strict';
import { readFile, readlink } from 'node:fs/promises';
import { constants, getPriority } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { runs } from '../../src/index.js';
import { DrawingThread } from '../../src/runs/pictures/drawing-thread.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

const nothing = { best: null, test: null, confusion: null, predictions: null };

test('of requests that come while it draws only the newest is drawn', async (t) => {
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
  const thread = new DrawingThread(run, (text) => problems.push(text));
  for (const best of [1, 2, 3])
    thread.draw({ classes: ['a'], language: 'en', outcome: { ...nothing, best } });
  await thread.settled();
  await thread.stop();
  assert.deepEqual(problems, []);
  assert.deepEqual(written, [
    ['curves.svg', 'curves.png', 'steps.svg', 'lr.svg'],
    ['curves.svg', 'curves.png', 'steps.svg', 'lr.svg'],
  ]);
  assert.match(await readFile(join(out, 'curves.svg'), 'utf8'), />best</);
});

test('the thread that draws lets all others go first', {
  skip: process.platform !== 'linux' && 'threads have priorities of their own on Linux',
}, async () => {
  const module = new URL('../../src/runs/pictures/lowest-priority.js', import.meta.url).href;
  const source = `
    const { parentPort } = require('node:worker_threads');
    import('${module}').then(({ takeLowestPriority }) => {
      takeLowestPriority();
      parentPort.postMessage(require('node:fs').readlinkSync('/proc/thread-self'));
      setTimeout(() => {}, 60_000);
    });`;
  const own = getPriority();
  const worker = new Worker(source, { eval: true });
  try {
    const link = await new Promise<string>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    const thread = Number(link.split('/').at(-1));
    assert.equal(getPriority(thread), constants.priority.PRIORITY_LOW);
    assert.equal(getPriority(process.pid), own);
    assert.notEqual(await readlink('/proc/thread-self'), link);
  } finally {
    await worker.terminate();
  }
});
