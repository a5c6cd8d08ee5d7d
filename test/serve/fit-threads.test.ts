/** How many threads a server's networks compute on. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import '../../src/ops/index.js';
import { engineReport, setThreads } from '../../src/engine/select.js';
import { fitThreads } from '../../src/serve/fit-threads.js';

const { threads } = engineReport();
after(() => setThreads(threads));

for (const [times, expected] of [
  [[0.1, 0.4], 1],
  [[0.1, 20], 2],
] as const)
  test(`networks that take ${times.join(' and ')} ms for a picture: ${expected}`, async () => {
    setThreads(2);
    const warmed: number[] = [];
    const models = times.map((inputMs) => ({
      inputMs,
      warm: async () => void warmed.push(engineReport().threads),
    }));
    await fitThreads(models);
    assert.equal(engineReport().threads, expected);
    assert.deepEqual(warmed, expected === 1 ? [1, 1] : []);
  });
