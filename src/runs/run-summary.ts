/** `summary.json`: what a run has come to. */
import { z } from 'zod';
import { checkJson } from '../io/json-file.js';
import type { RunFolder } from './run-folder.js';

const scores = z.looseObject({
  loss: z.number(),
  accuracy: z.number(),
  balancedAccuracy: z.number(),
});

const schema = z.looseObject({
  /** Epochs that ended. */
  epochs: z.int().nonnegative(),
  durationMs: z.number(),
  interrupted: z.boolean(),
  /** Why a callback ended it early. */
  stopReason: z.string().nullable(),
  /** The best epoch's weights on the test set. */
  test: scores.nullable(),
  /** The epoch whose weights are kept. */
  best: z.looseObject({ epoch: z.int() }).nullable(),
  /** What people were told. */
  notes: z.array(z.string()).default([]),
  /** The message of the error that ended it. */
  failed: z.string().optional(),
});

export type RunSummary = z.infer<typeof schema>;

/** null where the run has not written one yet. @throws DataError saying which field is wrong */
export async function readRunSummary(run: RunFolder): Promise<RunSummary | null> {
  if (!(await run.has('summary.json'))) return null;
  const path = run.file('summary.json');
  return checkJson(path, schema, await run.read('summary.json'), 'the run may be damaged');
}
