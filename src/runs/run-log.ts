/** The logs of a run: files that grow by one JSON object a line. */
import { z } from 'zod';
import { DataError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import { checkJson } from '../io/json-file.js';

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
const scores = { epoch: count, loss: z.number(), accuracy: share };

/** An optimizer step. */
const step = z.looseObject({
  step: count,
  epoch: count,
  loss: z.number(),
  lr: z.number(),
  samples: count,
});

/** An epoch on one split: what was trained on, or held out. */
const measured = z.discriminatedUnion('split', [
  z.looseObject({
    ...scores,
    split: z.literal('train'),
    lr: z.number(),
  }),
  z.looseObject({
    ...scores,
    split: z.enum(['val', 'test']),
    balancedAccuracy: share,
    /** Share of samples whose label is among the best five; of ten classes or more. */
    top5: share.optional(),
  }),
]);

/** How long an epoch took: the other logs are the same in every run of one configuration. */
const times = z.looseObject({
  epoch: count,
  imagesPerSecond: z.number(),
  durationMs: z.number(),
  waitShare: share,
});

/** What the lines of each log say. */
export interface LogLines {
  'steps.jsonl': z.infer<typeof step>;
  'metrics.jsonl': z.infer<typeof measured>;
  'times.jsonl': z.infer<typeof times>;
}

export type RunLog = keyof LogLines;

/** What a line of a log says. */
export type LogLine<L extends RunLog> = LogLines[L];

const schemas: { readonly [L in RunLog]: z.ZodType<LogLines[L]> } = {
  'steps.jsonl': step,
  'metrics.jsonl': measured,
  'times.jsonl': times,
};

/** Their order is that of `RunFolder.logSizes()`. */
export const runLogs = Object.keys(schemas) as readonly RunLog[];

/** The lines of a log; a last one that a killed run left unfinished is left out. @throws DataError that names the line */
export function parseLog<L extends RunLog>(path: string, log: L, text: string): LogLine<L>[] {
  const schema: z.ZodType<LogLine<L>> = schemas[log];
  const lines = text.split('\n').slice(0, -1); // what stands after the last line break is unfinished
  return lines.map((line, i) => {
    const number = i + 1;
    return checkJson(
      path,
      schema,
      parseLine(path, line, number),
      `see line ${number}; the run may be damaged`,
    );
  });
}

function parseLine(path: string, line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new DataError(path, `line ${number} is not JSON: ${quote(line)}`, { cause });
  }
}
