/** What the rounds of a contestant come to. */
import type { Round } from './contestant.js';

export interface Figures {
  readonly medianMs: number;
  readonly p10Ms: number;
  readonly steps: number;
  readonly quietRounds: number;
  readonly rounds: number;
  /** The greatest that the process has had. */
  readonly rssBytes: number;
  /** The share of a step outside of engine kernels; undefined where the worker cannot tell. */
  readonly overhead: number | undefined;
}

/** Median and 10th percentile of the steps in quiet rounds, or in all where none was quiet. */
export function figures(rounds: readonly Round[], maxForeign: number): Figures {
  const quiet = rounds.filter(({ foreign }) => foreign <= maxForeign);
  const counted = quiet.length > 0 ? quiet : rounds;
  const times = counted.flatMap(({ times }) => times).sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (times.length - 1))] ?? Number.NaN;
  const total = times.reduce((sum, time) => sum + time, 0);
  const kernels = counted.flatMap(({ kernelMs }) => kernelMs ?? []);
  return {
    medianMs: at(0.5),
    p10Ms: at(0.1),
    steps: times.length,
    quietRounds: quiet.length,
    rounds: rounds.length,
    rssBytes: Math.max(0, ...rounds.map(({ rssBytes }) => rssBytes)),
    overhead:
      kernels.length === 0 ? undefined : 1 - kernels.reduce((sum, ms) => sum + ms, 0) / total,
  };
}
