/** What runs in the thread that draws: a request in, files out. */
import { parentPort } from 'node:worker_threads';
import { type Language, languages } from '../../report/language/words.js';
import { chartFiles, type Files } from '../../report/run-charts.js';
import { takeLowestPriority } from './lowest-priority.js';
import { type Outcome, readRecord } from './run-record.js';

export interface DrawRequest {
  /** The run folder. */
  readonly path: string;
  readonly classes: readonly string[];
  readonly language: Language;
  readonly outcome: Outcome;
}

export type DrawReply = { readonly files: Files } | { readonly problem: string };

async function draw({ path, classes, language, outcome }: DrawRequest): Promise<DrawReply> {
  try {
    const record = await readRecord(path, classes, outcome);
    return { files: await chartFiles(record, languages[language]) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

takeLowestPriority();
parentPort?.on('message', async (request: DrawRequest) => {
  parentPort?.postMessage(await draw(request));
});
