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

for (const [what, mixup] of [
  ['bytes', null],
  ['numbers where batches are mixed', { alpha: 0.2 }],
] as const)
  test(`digits are sent as ${what}, and learned to the bit`, async (t) => {
    const folder = await temporaryFolder(t);
    const { send } = elsewhere;
    const written = new Set<string>();
    elsewhere.send = (name, ...args) => {
      if (name === 'write') {
        const [, dtype, array] = args as readonly [number, string, { readonly length: number }];
        written.add(`${array.length} ${dtype}`);
      }
      send(name, ...args);
    };
    const steps = async (engine: string | Engine, name: string) => {
      useEngine(engine);
      const task = await runs.openTask('digits', { limit: 64, seed: 1 });
      const run = await runs.RunFolder.create(task.name, join(folder, name));
      const settings = { epochs: 1, batchSize: 16, seed: 1, mixup };
      await runs.trainTask({ task, settings, run });
      return await readFile(join(folder, name, 'steps.jsonl'), 'utf8');
    };
    assert.equal(await steps(elsewhere, 'there'), await steps('reference', 'here'));
    elsewhere.send = send;
    const batch = 16 * 28 * 28;
    assert.ok(written.has(`${batch} uint8`)); // what is measured is not mixed
    assert.equal(written.has(`${batch} float32`), mixup !== null);
  });
