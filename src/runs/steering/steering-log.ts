/**
 * A training that is steered by hand: what it is asked for while it goes on, and what it has done of that.
 *
 *   control.jsonl    what others ask for, a line each; there only while it trains
 *   steering.jsonl   what was done, and after which step: a resume does it again there, and so does `reproduce`
 */
import { appendFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { DataError } from '../../core/errors.js';
import { quote } from '../../core/outside-text.js';
import { readRegularFile } from '../../core/regular-file.js';
import { isMarked } from '../../io/atomic.js';
import { checkJson } from '../../io/json-file.js';

const rate = z.number().positive().max(1e6);

/** What a training can be asked for: to end as a signal ends it, or for another learning rate. */
export const steeringRequest = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('stop') }),
  z.strictObject({ action: z.literal('lr'), lr: rate }),
]);

export type SteeringRequest = z.infer<typeof steeringRequest>;

const done = { step: z.int().nonnegative(), at: z.string().max(40) };

const steeringEntry = z.discriminatedUnion('action', [
  z.object({ action: z.literal('stop'), ...done }),
  z.object({ action: z.literal('lr'), ...done, from: z.number().nonnegative(), to: rate }),
]);

/** What was done after so many steps, over all epochs, and when, as ISO 8601 has it. */
export type SteeringEntry = z.infer<typeof steeringEntry>;

export const controlFile = 'control.jsonl';
export const steeringFile = 'steering.jsonl';

/** Where a run is, and its files; a `RunFolder` says so. */
export interface RunPlace {
  readonly path: string;
  file(name: string): string;
}

/** Of either file. */
const mostBytes = 2 ** 20;

/** What was done by hand in a run, in order. @throws DataError for a damaged file */
export async function readSteering(run: RunPlace): Promise<SteeringEntry[]> {
  const path = run.file(steeringFile);
  return (await linesOf(path)).map((line) =>
    checkJson(path, steeringEntry, parsed(path, line), 'the run may be damaged'),
  );
}

function parsed(path: string, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new DataError(path, `a line is not JSON: ${quote(line)}; the run may be damaged`, {
      cause,
    });
  }
}

/** What is asked for, as lines that nobody has checked; none where there is no such file. */
export async function linesOf(path: string): Promise<string[]> {
  const there = await stat(path).catch(() => null);
  if (there === null) return [];
  const text = (await readRegularFile(path, mostBytes)).toString('utf8');
  return text.split('\n').slice(0, -1); // what stands after the last line break is unfinished
}

/**
 * Asks the training in a run's folder for something, whichever process it is in; it does so within a second, between steps.
 *
 * @throws DataError where nobody trains in it
 * @example await runs.steer(await runs.RunFolder.open('runs/digits-1'), { action: 'lr', lr: 1e-4 });
 */
export async function steer(run: RunPlace, request: SteeringRequest): Promise<void> {
  const checked = steeringRequest.parse(request);
  if (!(await isMarked(run.path, 'training')))
    throw new DataError(run.path, 'nobody trains in it: there is nothing to steer');
  await appendFile(run.file(controlFile), `${JSON.stringify(checked)}\n`);
}

/** What was done, in a line for people. */
export function steeringText(entry: SteeringEntry): string {
  const when = `after step ${entry.step}`;
  return entry.action === 'stop'
    ? `stopped by hand ${when}`
    : `the learning rate was changed by hand from ${entry.from} to ${entry.to} ${when}`;
}
