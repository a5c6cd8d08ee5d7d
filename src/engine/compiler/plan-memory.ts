/** What a plan holds: scratch memory that it shares with others, blocks of its own, and what lowerings have made outside. */

import type { EngineMemory, Slab } from '../pool/memory.js';
import type { Holding } from '../unreachable.js';

export class PlanMemory implements Holding {
  /** Scratch memory, which other plans use too. */
  readonly slab: Slab;
  private readonly blocks: number[] = [];

  /** @throws EngineError where there is no room for the scratch memory; `releases` are called then */
  constructor(
    private readonly memory: EngineMemory,
    scratchBytes: number,
    private readonly releases: readonly (() => void)[],
  ) {
    try {
      this.slab = memory.acquireSlab(scratchBytes);
    } catch (error) {
      for (const release of releases) release();
      throw error;
    }
  }

  /** The address of a block for this plan alone. @throws EngineError where there is no room */
  allocate(bytes: number): number {
    const address = this.memory.allocate(bytes);
    this.blocks.push(address);
    return address;
  }

  /** Gives everything back. */
  release(): void {
    for (const release of this.releases) release();
    this.memory.releaseSlab(this.slab);
    for (const address of this.blocks) this.memory.free(address);
  }
}
