import type { Precision } from '../precision.js';

/** What the engine's options and the step say about a plan. */
export interface LowerOptions {
  /** That will run it. */
  readonly threads: number;
  readonly winograd: boolean;
  readonly precision: Precision;
}
