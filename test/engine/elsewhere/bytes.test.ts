/** A run on an engine that has its elements elsewhere sends bytes there, and makes the steps of a run on the CPU. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import type { Engine } from '../../../src/engine/engine.js';
import { runs, useEngine } from '../../../src/index.js';
import { temporaryFolder } from '../../vision/datasets/temporary-folder.js';
import { openElsewhere } from './engine.js';

const elsewhere = openElsewhere(true);
afterEach(() => useEngine('reference'));
after(() => elsewhere.stop());

test('digits are sent as bytes, and learned to the bit', async (t) => {
  const folder = await temporaryFolder(t);
  const { send } = elsewhere;
  const written: Record<string, number> = {};
  elsewhere.send = (name, ...args) => {
    if (name === 'write') {
      const [, dtype, array] = args as readonly [number, string, { readonly length: number }];
      written[dtype] = Math.max(written[dtype] ?? 0, array.length);
    }
    send(name, ...args);
  };
  const steps = async (engine: string | Engine, name: string) => {
    useEngine(engine);
    const task = await runs.openTask('digits', { limit: 64, seed: 1 });
    const run = await runs.RunFolder.create(task.name, join(folder, name));
    const settings = { epochs: 1, batchSize: 16, seed: 1 };
    await runs.trainTask({ task, settings, run });
    return await readFile(join(folder, name, 'steps.jsonl'), 'utf8');
  };
  assert.equal(await steps(elsewhere, 'there'), await steps('reference', 'here'));
  elsewhere.send = send;
  const batch = 16 * 28 * 28;
  assert.equal(written.uint8, batch);
  assert.ok((written.float32 ?? 0) !== batch);
});
