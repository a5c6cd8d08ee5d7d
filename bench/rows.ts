/** The results as rows: one for each engine, mode and precision of wick, beside the best that PyTorch did. */
import '../src/index.js';
import type { Precision } from '../src/engine/precision.js';
import { summarize } from '../src/report/model-summary.js';
import { createModel } from '../src/vision/models/registry.js';
import type { Measured } from './compare.js';
import type { Workload } from './workloads.js';

/** One line of `--json`. Numbers are null where there was no peer. */
export interface Row {
  readonly workload: string;
  readonly precision: Precision;
  /** The engine's name; `(eager)` follows where ops ran one at a time. */
  readonly engine: string;
  readonly cpu: string;
  readonly medianMs: number;
  readonly p10Ms: number;
  /** PyTorch's faster memory layout of the same precision, as PyTorch comes. */
  readonly peer: string | null;
  readonly peerMedianMs: number | null;
  readonly peerP10Ms: number | null;
  /** peer p10 / ours p10: above 1, wick is faster. */
  readonly ratio: number | null;
  /** The same of PyTorch that was told to keep its memory between steps. */
  readonly keptPeer: string | null;
  readonly keptPeerMedianMs: number | null;
  readonly keptPeerP10Ms: number | null;
  readonly keptRatio: number | null;
  readonly imagesPerSecond: number;
  readonly gflops: number;
  /** The share of a step outside of engine kernels; null where it is not known. */
  readonly overhead: number | null;
  /** The most memory that the process has had. */
  readonly rssBytes: number;
  readonly peerRssBytes: number | null;
  /** Rounds that nothing else disturbed; where there is none, all count. */
  readonly quietRounds: number;
}

export function rowsOf(workload: Workload, cpu: string, measured: readonly Measured[]): Row[] {
  const batch = workload.inputShape[0] ?? 1;
  return measured.flatMap((own) => {
    if (own.ours === undefined) return [];
    const { engine, mode } = own.ours;
    const rivals = measured
      .filter((other) => other.rivals?.includes(mode) && !other.isHandicapped)
      .filter((other) => other.precision === own.precision)
      .sort((a, b) => a.p10Ms - b.p10Ms);
    const peer = rivals.find(({ keepsMemory }) => keepsMemory !== true);
    const kept = rivals.find(({ keepsMemory }) => keepsMemory);
    const ratio = (other: Measured | undefined) => other && other.p10Ms / own.p10Ms;
    const row: Row = {
      workload: workload.name,
      precision: own.precision,
      engine: mode === 'eager' ? `${engine} (eager)` : engine,
      cpu,
      medianMs: own.medianMs,
      p10Ms: own.p10Ms,
      peer: peer?.label ?? null,
      peerMedianMs: peer?.medianMs ?? null,
      peerP10Ms: peer?.p10Ms ?? null,
      ratio: ratio(peer) ?? null,
      keptPeer: kept?.label ?? null,
      keptPeerMedianMs: kept?.medianMs ?? null,
      keptPeerP10Ms: kept?.p10Ms ?? null,
      keptRatio: ratio(kept) ?? null,
      imagesPerSecond: (1000 * batch) / own.medianMs,
      gflops: flops(workload) / 1e6 / own.medianMs,
      overhead: own.overhead ?? null,
      rssBytes: own.rssBytes,
      peerRssBytes: peer?.rssBytes ?? null,
      quietRounds: own.quietRounds,
    };
    return row;
  });
}

/** Floating-point operations of a step: two per multiply-add, three passes in training. */
function flops({ architecture, inputShape, mode, frozen }: Workload): number {
  const { totalMultiplyAdds } = summarize(createModel(architecture), inputShape);
  return 2 * totalMultiplyAdds * (mode === 'train' && !frozen ? 3 : 1);
}
