/** Runs a program twice, its steps eager and compiled, to compare all that it sees. */
import assert from 'node:assert/strict';
import {
  type Compiled,
  compile,
  manualSeed,
  type StepResult,
  type Tensor,
} from '../../src/index.js';

export const values = (t: Tensor | null | undefined) =>
  t === null || t === undefined ? t : [...t.data];

export type Step = (...args: Tensor[]) => StepResult;
/** Makes what a program works with, and calls `ready(step)`, eager or compiled; returns all that it has seen. */
type Program = (ready: (step: Step) => Step) => unknown;

/** Both ways see the same. Returns the compiled steps. */
export function assertSame(program: Program): Compiled<Tensor[], StepResult>[] {
  const steps: Compiled<Tensor[], StepResult>[] = [];
  manualSeed(1);
  const expected = program((step) => step);
  manualSeed(1);
  const actual = program((step) => {
    const compiled = compile(step);
    steps.push(compiled);
    return compiled;
  });
  assert.deepEqual(actual, expected);
  return steps;
}
