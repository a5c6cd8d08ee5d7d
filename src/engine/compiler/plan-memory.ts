/** What a plan holds: scratch memory that it shares with others, and blocks of its own. */

import type { EngineMemory, Slab } from '../pool/memory.js';
import type { Holding } from '../unreachable.js';

export class PlanMemory implements Holding {
  /** Scratch memory, which other plans use too. */
  readonly slab: Slab;

  /**
   * @param blocks The plan's own already.
   * @throws EngineError where there is no room for the scratch memory; everything else has been given back then
   */
  constructor(
    private readonly memory: EngineMemory,
    scratchBytes: number,
    private readonly blocks: number[],
  ) {
    try {
      this.slab = memory.acquireSlab(scratchBytes);
    } catch (error) {
      this.releaseOwn();
      throw error;
    }
  }

  /** The address of a block for this plan alone. @throws EngineError where there is no room */
  allocate(bytes: number): number {
    const address = this.memory.allocate(bytes);
    this.blocks.push(address);
    return address;
  }

  /** The same; where there is no room, everything else is given back. */
  allocateOrRelease(bytes: number): number {
    try {
      return this.allocate(bytes);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Gives everything back. */
  release(): void {
    this.releaseOwn();
    this.memory.releaseSlab(this.slab);
  }

  private releaseOwn(): void {
    for (const address of this.blocks) this.memory.free(address);
  }
}
