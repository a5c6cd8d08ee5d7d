import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckpointError, DataError } from '../../../src/core/errors.js';
import { Rng } from '../../../src/core/rng.js';
import { type Kind, makeKinds } from './kinds.js';
import { mutate } from './mutate.js';

/** What became of the damaged files of a kind. */
export interface MutationSummary {
  readonly kind: string;
  refused: number;
  /** Read all the same, or healed. */
  read: number;
  /** What must not be: another error, or one that names no file. */
  readonly wrong: string[];
  slowestMs: number;
}

/** Reads `count` damaged files of each kind, or of those whose name contains `only`. */
export async function readMutated(
  count: number,
  seed: number,
  only = '',
): Promise<MutationSummary[]> {
  const folder = await mkdtemp(join(tmpdir(), 'wick-fuzz-'));
  try {
    const kinds = (await makeKinds(folder)).filter(({ name }) => name.includes(only));
    const summaries: MutationSummary[] = [];
    for (const kind of kinds) summaries.push(await readKind(kind, folder, count, seed));
    return summaries;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readKind(
  kind: Kind,
  folder: string,
  count: number,
  seed: number,
): Promise<MutationSummary> {
  const { name, good, path, read, heals = false } = kind;
  const summary: MutationSummary = { kind: name, refused: 0, read: 0, wrong: [], slowestMs: 0 };
  const original = await readFile(path).catch(() => null);
  for (let round = 0; round < count; round++) {
    const rng = new Rng(seed, 0, round);
    let bytes = good[round % good.length] ?? Buffer.alloc(0);
    for (let more = rng.int(3); more >= 0 && bytes.length > 0; more--)
      bytes = mutate(bytes, good, rng);
    await writeFile(path, bytes);
    const start = process.cpuUsage();
    try {
      await read();
      summary.read++;
    } catch (error) {
      const typed = error instanceof CheckpointError || error instanceof DataError;
      if (typed && !heals && error.message.startsWith(folder)) summary.refused++;
      else
        summary.wrong.push(
          `${name} ${seed}/${round}: ${error instanceof Error ? error.stack : error}`,
        );
    }
    const { user, system } = process.cpuUsage(start); // on a busy machine the clock says nothing
    summary.slowestMs = Math.max(summary.slowestMs, (user + system) / 1000);
  }
  if (original !== null) await writeFile(path, original);
  return summary;
}
