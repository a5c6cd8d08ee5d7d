/** How many threads a server's networks compute on. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import '../../src/ops/index.js';
import { engineReport, setThreads } from '../../src/engine/select.js';
import { fitThreads } from '../../src/serve/fit-threads.js';

const { threads } = engineReport();
after(() => setThreads(threads));

/** Milliseconds for a picture on one thread, and on two, for each network. */
const cases = [
  { what: 'quick ones', ms: [[0.1, 0.1] as const, [0.8, 0.4] as const], tried: [1] },
  {
    what: 'quick ones among other programs, which keep threads waiting',
    ms: [[0.05, 0.7] as const],
    tried: [1],
  },
  {
    what: 'a quick one beside one that is not',
    ms: [[0.1, 0.1] as const, [2, 1] as const],
    tried: [1, 2],
  },
  { what: 'one that takes long', ms: [[0.1, 0.1] as const, [40, 20] as const], tried: [] },
];

for (const { what, ms, tried } of cases)
  test(`${what}: ${tried.at(-1) ?? 2}`, async () => {
    setThreads(2);
    const warmed: number[] = [];
    const models = ms.map(([onOne, onTwo]) => ({
      get inputMs() {
        return engineReport().threads === 1 ? onOne : onTwo;
      },
      warm: async () => void warmed.push(engineReport().threads),
    }));
    await fitThreads(models);
    assert.equal(engineReport().threads, tried.at(-1) ?? 2);
    assert.deepEqual(
      warmed,
      tried.flatMap((count) => ms.map(() => count)),
    );
  });
