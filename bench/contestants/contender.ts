/** Who takes part in a comparison: one file of this folder for each project. */
import type { Precision } from '../../src/engine/precision.js';
import type { Workload } from '../workloads.js';

/** How wick runs a step: recorded and replayed, or one op at a time. */
export const modes = ['compiled', 'eager'] as const;
export type Mode = (typeof modes)[number];

export interface Contender {
  /** Unique among those of a workload. */
  readonly label: string;
  readonly command: readonly string[];
  readonly precision: Precision;
  /** Set on wick's own. */
  readonly ours?: { readonly engine: string; readonly mode: Mode };
  /** Set on those that wick's ratio is taken against, the best of them: the mode of wick that they are measured against. */
  readonly rivals?: readonly Mode[];
  /** Set on others that run for all rounds too: they are as fast as those, and many ship with them. */
  readonly allRounds?: boolean;
  /** Set on those that were told not to return memory to the system between steps. */
  readonly keepsMemory?: boolean;
  /** Set on those that are installed so that they are slower than they should be: no ratio is taken against them. */
  readonly isHandicapped?: boolean;
}

export interface Settings {
  readonly engines: readonly string[];
  readonly modes: readonly Mode[];
  readonly precisions: readonly Precision[];
  readonly threads: number;
  /** The label of the only peer that takes part. */
  readonly peer?: string;
}

/** Those of a project that take part in a workload. `stepFolder` has the step as files, and writes them when first called. */
export type Entry = (
  workload: Workload,
  settings: Settings,
  stepFolder: () => string,
) => readonly Contender[];
