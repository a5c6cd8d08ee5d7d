import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { LoadGate } from '../../src/core/load-gate.js';

const module = JSON.stringify(new URL('../../src/core/load-gate.js', import.meta.url).href);

/** What a process prints that ends itself while one of its threads loads for a second and another is about to. */
function outputOf(ending: string) {
  const thread = `
    import { writeSync } from 'node:fs';
    import { workerData } from 'node:worker_threads';
    import { LoadGate } from ${module};
    const { gate, name, started } = workerData;
    const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    if (name === 'late') {
      Atomics.wait(started, 0, 0);
      sleep(300);
    }
    new LoadGate(gate).pass(() => {
      Atomics.store(started, 0, 1);
      Atomics.notify(started, 0);
      sleep(1000);
      writeSync(1, name + '\\n');
    });`;
  const program = `
    import { Worker } from 'node:worker_threads';
    import { closeAtExit, LoadGate } from ${module};
    const started = new Int32Array(new SharedArrayBuffer(4));
    const url = new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(thread)}));
    for (const name of ['early', 'late']) {
      const gate = new LoadGate();
      const workerData = { gate: gate.word, name, started };
      const worker = new Worker(url, { workerData, execArgv: [] });
      worker.on('exit', closeAtExit(gate));
      worker.unref();
    }
    Atomics.wait(started, 0, 0);
    process.on('exit', () => console.log('ends'));
    ${ending}`;
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { encoding: 'utf8', timeout: 60_000 },
  );
  return { lines: stdout.trim().split('\n').sort(), status };
}

describe('the end of the process waits for a load that has begun, and lets none begin', () => {
  for (const [name, ending, status] of [
    ['at the last line', '', 0],
    ['by process.exit()', 'process.exit(3);', 3],
    ['by an error that nobody catches', "throw new Error('on purpose');", 1],
  ] as const)
    test(name, () => assert.deepEqual(outputOf(ending), { lines: ['early', 'ends'], status }));
});

test('a gate that has been closed is not passed, one that was passed is not waited for', () => {
  const passed = new LoadGate();
  assert.equal(
    new LoadGate(passed.word).pass(() => 7),
    7,
  );
  passed.close();
  passed.wait();
  const closed = new LoadGate();
  closed.close();
  assert.equal(
    new LoadGate(closed.word).pass(() => 7),
    undefined,
  );
  closed.wait();
  const failing = new LoadGate();
  assert.throws(
    () =>
      failing.pass(() => {
        throw new RangeError('no');
      }),
    RangeError,
  );
  failing.wait();
});

test('a load of several turns passes the same gates', async () => {
  const passed = new LoadGate();
  assert.equal(await new LoadGate(passed.word).passAsync(async () => 7), 7);
  assert.equal(await passed.passAsync(async () => 8), undefined, 'a gate is passed once');
  passed.wait();
  const closed = new LoadGate();
  closed.close();
  assert.equal(await new LoadGate(closed.word).passAsync(async () => 7), undefined);
  const failing = new LoadGate();
  await assert.rejects(
    failing.passAsync(() => Promise.reject(new RangeError('no'))),
    RangeError,
  );
  failing.wait();
});
