/** How a convolution's sums end: what the output holds is added where that is a residual, and they are kept within bounds. */
import type { Precision } from '../../precision.js';
import type { Mem, Vec } from '../asm/operands.js';
import type { KernelWriter, Part } from '../kernel-writer.js';

export interface Ending {
  /** Whether the output holds a residual. */
  readonly adds: boolean;
  /** What lies outside becomes the bound; NaN stays. @default an end that is open */
  readonly low?: number;
  readonly high?: number;
}

/** A vector of sums and where it goes. */
export interface Ended {
  readonly sum: Vec;
  readonly at: Mem;
  readonly part: Part | undefined;
}

/** Ends the sums and stores them; one or two registers at a time are taken beside them. */
export function storeEnded(
  w: KernelWriter,
  storage: Precision,
  { adds, low, high }: Ending,
  cells: readonly Ended[],
): void {
  if (adds)
    for (const { sum, at, part } of cells)
      w.scope(() => {
        const residual = w.vector();
        w.loadAs(storage, residual, at, part);
        w.vaddps(sum, sum, residual);
      });
  // The second operand, where one is NaN.
  if (low !== undefined) bound(w, cells, low, (sum, end) => w.vmaxps(sum, end, sum));
  if (high !== undefined) bound(w, cells, high, (sum, end) => w.vminps(sum, end, sum));
  for (const { sum, at, part } of cells) w.storeAs(storage, at, sum, part);
}

function bound(
  w: KernelWriter,
  cells: readonly Ended[],
  value: number,
  keep: (sum: Vec, end: Vec) => void,
): void {
  w.scope(() => {
    const end = w.filled(value);
    for (const { sum } of cells) keep(sum, end);
  });
}
