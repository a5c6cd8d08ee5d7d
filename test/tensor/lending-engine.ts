import { allocate, isFloat } from '../../src/core/dtype.js';
import type { Engine } from '../../src/engine/engine.js';
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
    lend(dtype, length) {
      const nonsense = isFloat(dtype) ? Number.NaN : -1;
      const array = allocate(dtype, length).fill(nonsense);
      count.made++;
      count.open++;
      count.most = Math.max(count.most, count.open);
      return {
        array,
        end() {
          array.fill(nonsense);
          count.open--;
        },
      };
    },
  };
}
