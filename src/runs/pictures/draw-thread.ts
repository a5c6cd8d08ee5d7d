/** What runs in the thread that draws: a request in, files out. */
import { parentPort } from 'node:worker_threads';
import { type Language, languages } from '../../report/language/words.js';
import { chartFiles, type Files } from '../../report/run-charts.js';
import { type Gallery, galleryFiles } from './galleries.js';
import { type Outcome, readRecord } from './run-record.js';
import { takeLowestPriority, workedMs } from './this-thread.js';

export interface DrawRequest {
  /** The run folder. */
  readonly path: string;
  readonly classes: readonly string[];
  readonly language: Language;
  readonly outcome: Outcome;
  /** Null where no pictures of mistakes are drawn. */
  readonly gallery: Gallery | null;
}

export type DrawReply = {
  /** What it took of the machine; at the first, with the start of the thread. */
  readonly costMs: number;
} & ({ readonly files: Files } | { readonly problem: string });

async function draw(request: DrawRequest): Promise<{ files: Files } | { problem: string }> {
  const { path, classes, language, outcome, gallery } = request;
  try {
    const record = await readRecord(path, classes, outcome);
    const charts = await chartFiles(record, languages[language]);
    return { files: { ...charts, ...(gallery && (await galleryFiles(gallery))) } };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Helpers of V8, which compile and clean up, and of sharp, which makes PNGs, work about as long as the thread itself. */
const withHelpers = 2;

takeLowestPriority();
let workedBefore = 0;
parentPort?.on('message', async (request: DrawRequest) => {
  const drawn = await draw(request);
  const costMs = withHelpers * (workedMs() - workedBefore);
  parentPort?.postMessage({ ...drawn, costMs } satisfies DrawReply);
  workedBefore = workedMs();
});
