/**
 * Op cases, random networks and whole ones on a page's GPU (Chromium's software adapter) against the reference, which Node
 * computes: a few of each, and all of them with WICK_ALL_CASES, where products are by tiles, too.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { checkWhere, type Trains } from '../compile/fuzz-check.js';
import { drawNetwork, thinned } from '../compile/fuzz-spec.js';
import { fiveSteps, networks } from '../engine/webgpu/five-steps.js';
import { answer } from '../ops/answers.js';
import { families } from '../ops/cases.js';
import { assertClose } from '../ops/run-case.js';
import { assertLosses } from '../vision/models/golden-training.js';
import type { EngineName, Walk } from './gpu-walk-page.js';
import { skip } from './open-page.js';
import { openScript } from './open-script.js';

const all = process.env.WICK_ALL_CASES !== undefined;

/** Without WICK_ALL_CASES each family has so many of its cases. */
const share = 2;

/** They take SwiftShader 5 to 15 s each: it compiles each shader anew. */
const randomNetworks = all ? 40 : 0;

/** How far float32 may be from the reference, which adds in float64. */
const tolerance = 2e-5;

/** Random networks take turns on these. */
const engines = ['plain', 'tiles', 'winograd', 'tiles and winograd'] as const;

/** Calls a function of the page. */
function there<K extends keyof Walk>(
  page: Page,
  name: K,
  ...given: Parameters<Walk[K]>
): ReturnType<Walk[K]> {
  const asked: { name: string; given: readonly unknown[] } = { name, given };
  const answer = page.evaluate((asked) => {
    const { walk } = globalThis as unknown as {
      walk: Record<string, (...given: readonly unknown[]) => unknown>;
    };
    return walk[asked.name]?.(...asked.given);
  }, asked);
  return answer as ReturnType<Walk[K]>;
}

async function openWalk(t: TestContext): Promise<Page> {
  const program = fileURLToPath(new URL('gpu-walk-page.js', import.meta.url));
  const source = `import { walk } from ${JSON.stringify(program)}; globalThis.walk = walk;`;
  const { page, wrong } = await openScript(t, source);
  assert.deepEqual(wrong, []);
  return page;
}

test("a page's GPU computes as the reference does", { skip }, async (t) => {
  const page = await openWalk(t);
  const missing = await there(page, 'missing');
  if (missing !== undefined) return t.skip(missing);

  for (const engine of engines.slice(0, all ? 2 : 1))
    for (const [family, cases] of Object.entries(families))
      for (const [i, opCase] of cases.entries()) {
        if (!all && i % Math.ceil(cases.length / share) !== 0) continue;
        await t.test(`${family}: ${opCase.name} on ${engine}`, async () => {
          const { eager, compiled } = await there(page, 'answers', engine, family, i);
          const expected = answer(opCase, 'reference');
          const near = Math.max(opCase.tolerance ?? 0, tolerance);
          assertClose(compiled, expected, near);
          assertClose(eager, expected, near);
        });
      }

  for (const count of [4095, 4096, 5003])
    await t.test(`${count} bytes get there`, async () => {
      assert.ok(await there(page, 'bytes', count));
    });

  for (let seed = 0; seed < randomNetworks; seed++) {
    const engine = engines[seed % engines.length] ?? 'plain';
    await t.test(`random network ${seed} on ${engine}`, async () => {
      const { problems } = await checkWhere(thinned(drawNetwork(seed)), trainsOn(page, engine));
      assert.deepEqual(problems, []);
    });
  }

  for (const [name, steps] of Object.entries(networks))
    await t.test(name, { skip: steps.isLarge && !all }, async () => {
      const losses = await there(page, 'losses', 'plain', name);
      assertLosses({ losses: fiveSteps('reference', steps), tolerance: 1e-4 }, losses);
    });
});

const trainsOn =
  (page: Page, engine: EngineName): Trains =>
  async (...given) => {
    const { values, gradients, state, programs } = await there(page, 'trains', engine, ...given);
    return {
      values: new Map(values),
      gradients: new Map(gradients),
      state: new Map(state),
      programs,
    };
  };
