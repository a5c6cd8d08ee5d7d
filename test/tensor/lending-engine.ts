import { allocate, type DType, isFloat } from '../../src/core/dtype.js';
import type { Engine } from '../../src/engine/engine.js';
import { HostBuffer } from '../../src/engine/host-buffer.js';
import { referenceEngine } from '../../src/engine/reference/reference.js';

export interface LendingEngine extends Engine {
  /** Loans so far. */
  readonly made: number;
  /** Loans that have not ended. */
  readonly open: number;
  /** The most that were open at once. */
  readonly most: number;
}

/** The reference engine with memory to lend, in which whoever reads too early or too late finds nonsense. */
export function lendingEngine(): LendingEngine {
  const count = { made: 0, open: 0, most: 0 };
  class Loan extends HostBuffer {
    constructor(dtype: DType, length: number) {
      super(dtype, allocate(dtype, length).fill(nonsense(dtype)));
      count.made++;
      count.open++;
      count.most = Math.max(count.most, count.open);
    }

    override release(): void {
      this.array.fill(nonsense(this.dtype));
      count.open--;
    }
  }
  return {
    ...referenceEngine,
    get made() {
      return count.made;
    },
    get open() {
      return count.open;
    },
    get most() {
      return count.most;
    },
    allocate: (dtype, length) => new Loan(dtype, length),
  };
}

function nonsense(dtype: DType): number {
  return isFloat(dtype) ? Number.NaN : -1;
}
