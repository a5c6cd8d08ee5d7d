/** Times all contenders of a workload in one interleaved run. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Precision } from '../src/engine/precision.js';
import { type Clock, Contestant } from './contestant.js';
import { type Contender, type Entry, modes, type Settings } from './contestants/contender.js';
import { onnxruntime } from './contestants/onnxruntime.js';
import { pytorch } from './contestants/pytorch.js';
import { tfjs } from './contestants/tfjs.js';
import { wick } from './contestants/wick.js';
import { type Figures, figures } from './figures.js';
import type { Workload } from './workloads.js';

/** wick first: others run only in precisions that it runs in. */
const entries: readonly Entry[] = [wick, pytorch, onnxruntime, tfjs];
const exporter = fileURLToPath(new URL('export/main.js', import.meta.url));

export interface Timing {
  readonly rounds: number;
  /** Of a round. */
  readonly seconds: number;
  /** By `cpu` all rounds count. */
  readonly clock: Clock;
  /** CPUs that others may keep busy in a round that counts. */
  readonly maxForeign: number;
  /** Seconds for all steps of a contender that wick's ratio is not taken against. */
  readonly limit: number;
}

export interface Measured extends Contender, Figures {}

/** Those that ran, in the order of `entries`; `say` hears of those that could not. */
export async function compare(
  workload: Workload,
  settings: Settings,
  { rounds, seconds, clock, maxForeign, limit }: Timing,
  say: (message: string) => void,
): Promise<readonly Measured[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wick-bench-'));
  const stepFolder = exportOnce(workload, folder);
  const all = entries.flatMap((entry) => {
    try {
      return entry(workload, settings, stepFolder);
    } catch (error) {
      if (!(error instanceof NotWritten)) throw error;
      say(`${workload.name}: ${error.message}; who needs it is left out`);
      return [];
    }
  });
  const contenders = settings.peer === undefined ? all : against(settings.peer, all);
  const contestants = contenders.map((contender) => ({
    contender,
    contestant: new Contestant(contender.label, contender.command),
  }));
  try {
    const running: typeof contestants = [];
    const isWickIn = (precision: Precision) =>
      running.some(({ contender }) => contender.ours && contender.precision === precision);
    for (const one of contestants) {
      // Nothing is to be compared then, and where the CPU has no such instructions one step of a peer takes minutes.
      if (one.contender.ours === undefined && !isWickIn(one.contender.precision)) {
        one.contestant.stop();
        continue;
      }
      const state = await one.contestant.ready(isBounded(one.contender) ? readyLimitMs : undefined);
      if (state.ok) running.push(one);
      else say(`${workload.name}: ${one.contender.label} does not run here: ${state.why}`);
      if (!state.ok) one.contestant.stop();
    }
    for (let round = 0; round < rounds; round++)
      for (const { contender, contestant } of running) {
        if (isBounded(contender) && contestant.spentMs > 1000 * limit) continue;
        await setTimeout(pauseMs);
        await contestant.go(seconds, clock);
      }
    return running.map(({ contender, contestant }) => ({
      ...contender,
      ...figures(contestant.rounds, clock === 'cpu' ? Number.POSITIVE_INFINITY : maxForeign),
    }));
  } finally {
    for (const { contestant } of contestants) contestant.stop();
    rmSync(folder, { recursive: true });
  }
}

/** wick and the one peer that its ratio is to be taken against. */
function against(peer: string, all: readonly Contender[]): Contender[] {
  return all.flatMap((contender): Contender[] => {
    if (contender.ours !== undefined) return [contender];
    return contender.label === peer ? [{ ...contender, rivals: modes, keepsMemory: false }] : [];
  });
}

/** How long a contender may take to get warm, where others do not wait for it. */
const readyLimitMs = 120_000;

/** Before each round: the threads of the one before go to sleep. */
const pauseMs = 50;

/** wick, what its ratio is taken against, and who asks for it run for all rounds; the time of the others is limited. */
function isBounded({ ours, rivals, allRounds = false }: Contender): boolean {
  return ours === undefined && rivals === undefined && !allRounds;
}

/** Writes the workload's step into `folder` when it is first asked for. */
function exportOnce({ name }: Workload, folder: string): () => string {
  let done = false;
  return () => {
    if (!done) {
      const { status, stderr } = spawnSync(process.execPath, [exporter, name, folder], {
        encoding: 'utf8',
      });
      if (status !== 0) throw new NotWritten(whyIn(stderr));
      done = true;
    }
    return folder;
  };
}

/** The step has no form as files: an op of it is none of ONNX. */
class NotWritten extends Error {
  constructor(why: string) {
    super(`the step cannot be written as files: ${why}`);
  }
}

/** The line of a program's last words that says what was wrong. */
function whyIn(stderr: string): string {
  return /^\w*Error: .*$/m.exec(stderr)?.[0] ?? stderr.trim();
}
