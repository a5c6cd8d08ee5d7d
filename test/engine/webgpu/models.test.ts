/** Whole networks, compiled, have PyTorch's losses and the reference's on a software adapter; all of them with WICK_ALL_CASES. */
import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { useEngine } from '../../../src/engine/select.js';
import { openWebGpuEngine } from '../../../src/engine/webgpu/node-engine.js';
import type { WebGpuEngine } from '../../../src/engine/webgpu/webgpu.js';
import { assertLosses, lossesOf, trainings } from '../../vision/models/golden-training.js';
import { fiveSteps, networks } from './five-steps.js';
import { software, withoutAdapter } from './machine.js';

const all = process.env.WICK_ALL_CASES !== undefined;
const large = { skip: !all && 'only with WICK_ALL_CASES' };
const tolerance = 1e-4;

afterEach(() => useEngine('reference'));
const engines: WebGpuEngine[] = [];
after(() => {
  for (const engine of engines) engine.stop();
  if (typeof software !== 'string') software.stop();
});

describe('engine webgpu on a software adapter', { skip: withoutAdapter }, () => {
  check(software as WebGpuEngine); // Else all of this is skipped.
});

describe('the same by Winograd wherever it can', { skip: withoutAdapter }, () => {
  if (withoutAdapter !== false) return;
  const engine = openWebGpuEngine({ adapter: 'software', winograd: 'always' });
  engines.push(engine);
  check(engine);
});

function check(engine: WebGpuEngine): void {
  for (const [network, training] of Object.entries(trainings))
    test(`${network} has PyTorch's losses`, large, () => {
      useEngine(engine);
      const losses = lossesOf(training, { compiled: true });
      assertLosses(training, losses);
      assertLosses({ losses: training.losses.slice(0, 1), tolerance: 1e-5 }, losses);
    });

  for (const [name, { isLarge, ...steps }] of Object.entries(networks))
    test(`${name} has the reference's losses`, isLarge ? large : {}, () => {
      const losses = fiveSteps(engine, steps);
      assertLosses({ losses: fiveSteps('reference', steps), tolerance }, losses);
      assert.deepEqual(fiveSteps(engine, steps), losses, 'a second run');
    });
}
