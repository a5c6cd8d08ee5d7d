import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ended } from '../../../src/serve/shell/ended.js';

test('a request that has ended tells those who ask and those who listen the same, whenever they come', () => {
  const ended = new Ended();
  assert.equal(ended.aborted, false);
  ended.throwIfAborted();
  const { signal } = ended;
  assert.equal(signal.aborted, false);
  let told = 0;
  signal.addEventListener('abort', () => told++);
  ended.end();
  ended.end();
  assert.deepEqual([ended.aborted, signal.aborted, told], [true, true, 1]);
  assert.equal(ended.signal, signal);
  assert.equal(ended.reason, signal.reason);
  assert.throws(() => ended.throwIfAborted(), { name: 'AbortError' });

  const late = new Ended();
  late.end();
  assert.equal(late.signal.aborted, true);
  assert.throws(() => late.throwIfAborted(), { name: 'AbortError' });
});
