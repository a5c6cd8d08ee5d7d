/** When a run is drawn while it trains. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { DrawingPace } from '../../src/runs/pictures/drawing-pace.js';
import { FakeClock } from './fake-clock.js';

const never = () => new AbortController().signal;

test('a drawing begins when 50 times the cost of the last has passed since it ended', async () => {
  const clock = new FakeClock();
  const pace = new DrawingPace(clock);
  const begun: number[] = [];
  const next = () => void pace.turn(never()).then(() => begun.push(clock.now()));
  const passTo = async (ms: number) => {
    clock.pass(ms - clock.now());
    await turn();
  };
  next(); // nothing is known of the first: a second
  await passTo(49_999);
  assert.deepEqual(begun, []);
  await passTo(50_000);
  assert.deepEqual(begun, [50_000]);
  await passTo(51_000);
  pace.ended(400);
  next();
  await passTo(70_999);
  assert.equal(begun.length, 1);
  await passTo(71_000);
  assert.deepEqual(begun, [50_000, 71_000]);
  pace.ended(10);
  await passTo(80_000);
  next(); // its turn has come long ago
  await turn();
  assert.deepEqual(begun, [50_000, 71_000, 80_000]);
});

test('of a long training pictures take no more than a fiftieth, and of one shorter than that none', async () => {
  for (const { costMs, most } of [
    { costMs: 1100, most: 0.02 },
    { costMs: 30, most: 0.02 },
  ]) {
    const clock = new FakeClock();
    const pace = new DrawingPace(clock);
    let drawnMs = 0;
    let free = true;
    for (let epoch = 1; epoch <= 1000; epoch++) {
      clock.pass(1800);
      await Promise.resolve();
      if (!free) continue;
      free = false;
      void pace.turn(never()).then(() => {
        free = true;
        drawnMs += costMs;
        pace.ended(costMs);
      });
      await turn();
      if (clock.now() < 50_000) assert.equal(drawnMs, 0);
    }
    assert.ok(drawnMs > 0);
    assert.ok(drawnMs <= most * clock.now(), `${drawnMs} of ${clock.now()} ms`);
  }
});

test('what ends a training ends the waiting', { timeout: 10_000 }, async () => {
  const stopping = new AbortController();
  const waiting = new DrawingPace().turn(stopping.signal);
  stopping.abort();
  await waiting;
  await new DrawingPace().turn(AbortSignal.abort());
});
