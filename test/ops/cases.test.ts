/** Every op case answers five questions; every op has a case. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { useEngine } from '../../src/engine/select.js';
import { opNames } from '../../src/graph/op.js';
import { absence, presentEngines } from '../engine/present.js';
import { type Answers, answer, compiledAnswer } from './answers.js';
import { families } from './cases.js';
import { makeInputs, wantsGrad } from './op-case.js';
import { assertClose, assertValues, checkGradients, opsCalledBy, readGoldens } from './run-case.js';

useEngine('reference');

/** How far an engine's float32 may be from the reference's, which adds in float64. */
const engineTolerance = 2e-5;
const others = presentEngines.filter((name) => name !== 'reference');
for (const [name, skip] of Object.entries(absence))
  if (skip !== false) test(`the cases on engine ${name}`, { skip });

for (const [family, cases] of Object.entries(families)) {
  const fromTorch = cases.some((opCase) => opCase.torch !== undefined);
  const goldens = fromTorch ? readGoldens(family) : new Map<string, Answers>();
  for (const opCase of cases) {
    describe(`${family}: ${opCase.name}`, () => {
      const { torch, expected, tolerance = 1e-5 } = opCase;
      const reference = answer(opCase, 'reference');

      test('runs the ops that it is for', () => {
        const called = opsCalledBy(() => answer(opCase, 'reference'));
        assert.deepEqual(
          opCase.ops.filter((name) => !called.has(name)),
          [],
        );
      });

      if (torch !== undefined)
        test('matches PyTorch, forward and backward', () => {
          const golden = goldens.get(opCase.name);
          assert.ok(golden, `no golden: run scripts/goldens/ops.py`);
          assertClose(reference, golden, tolerance);
        });

      if (expected !== undefined)
        test('matches the expected values', () => {
          const values = reference.outputs[0]?.data ?? [];
          assertValues('output 0', values, expected(...makeInputs(opCase)), tolerance);
        });

      if (opCase.inputs.some((spec) => wantsGrad(opCase, spec)))
        test('matches numeric gradients in float64', () => checkGradients(opCase));

      test('gives the same bits compiled', () => {
        assertClose(compiledAnswer(opCase, 'reference'), reference, 0);
      });

      for (const engine of others) {
        const near = Math.max(tolerance, engineTolerance);
        test(`${engine} agrees with reference`, () => {
          assertClose(answer(opCase, engine), reference, near);
        });
        test(`${engine} agrees with reference compiled`, () => {
          assertClose(compiledAnswer(opCase, engine), reference, near);
        });
      }
    });
  }
}

test('every op has a case, and every case an oracle', () => {
  const all = Object.values(families).flat();
  const covered = new Set(all.flatMap((opCase) => opCase.ops));
  assert.deepEqual(
    opNames().filter((name) => !covered.has(name)),
    [],
  );
  assert.deepEqual(
    all.filter((c) => c.torch === undefined && c.expected === undefined).map((c) => c.name),
    [],
  );
  assert.equal(new Set(all.map((c) => c.name)).size, all.length, 'names of cases are unique');
});
