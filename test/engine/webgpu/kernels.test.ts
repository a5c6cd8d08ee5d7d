/**
 * Op cases on a software adapter, compiled, against the reference: a few of each family, and every case with WICK_ALL_CASES,
 * eagerly too, with products by a thread for each result and by tiles.
 */
import '../../../src/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openWebGpuEngine } from '../../../src/engine/webgpu/node-engine.js';
import type { WebGpuEngine } from '../../../src/engine/webgpu/webgpu.js';
import { opNames, opSpec } from '../../../src/graph/op.js';
import { answer, compiledAnswer } from '../../ops/answers.js';
import { families } from '../../ops/cases.js';
import { assertClose } from '../../ops/run-case.js';
import { software, withoutAdapter } from './machine.js';

/** How far float32 may be from the reference, which adds in float64. */
const tolerance = 2e-5;

const all = process.env.WICK_ALL_CASES !== undefined;

/** Without WICK_ALL_CASES each family has so many of its cases. */
const share = 5;

const engines: WebGpuEngine[] = [];
after(() => {
  for (const engine of engines) engine.stop();
  if (typeof software !== 'string') software.stop();
});

function check(engine: WebGpuEngine): void {
  for (const [family, cases] of Object.entries(families)) {
    const step = all ? 1 : Math.ceil(cases.length / share);
    cases.forEach((opCase, i) => {
      if (i % step !== 0) return;
      test(`${family}: ${opCase.name}`, () => {
        const expected = answer(opCase, 'reference');
        const near = Math.max(opCase.tolerance ?? 0, tolerance);
        assertClose(compiledAnswer(opCase, engine), expected, near);
        if (all) assertClose(answer(opCase, engine), expected, near);
      });
    });
  }
}

describe('engine webgpu on a software adapter', { skip: withoutAdapter }, () => {
  check(software as WebGpuEngine); // Else this is skipped.
});

describe('the same with tiles', {
  skip: withoutAdapter || (!all && 'not without WICK_ALL_CASES'),
}, () => {
  if (!all || withoutAdapter !== false) return;
  const engine = openWebGpuEngine({ adapter: 'software', tiles: true });
  engines.push(engine);
  check(engine);
});

test('the ops that have no shader are those that draw numbers', { skip: withoutAdapter }, () => {
  const engine = software as WebGpuEngine;
  const missing = opNames().filter((name) => !engine.hasKernel(opSpec(name)));
  assert.deepEqual(missing, ['normal', 'randint', 'randperm', 'uniform']);
});
