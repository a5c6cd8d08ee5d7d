/** Memory of values that live only while a plan runs: pieces that several use, one after another. */

export class Slots {
  private readonly sizes: number[] = [];
  private readonly free = new Set<number>();

  /** A slot of at least so many bytes: the smallest that suffices, else the largest, which grows. */
  take(bytes: number): number {
    let best: number | undefined;
    for (const slot of this.free)
      if (best === undefined || this.isBetter(slot, best, bytes)) best = slot;
    if (best === undefined) return this.sizes.push(bytes) - 1;
    this.free.delete(best);
    this.sizes[best] = Math.max(this.sizeOf(best), bytes);
    return best;
  }

  give(slot: number): void {
    this.free.add(slot);
  }

  /** The bytes of all slots. */
  get bytes(): readonly number[] {
    return this.sizes;
  }

  private isBetter(slot: number, best: number, bytes: number): boolean {
    const [size, other] = [this.sizeOf(slot), this.sizeOf(best)];
    if (size >= bytes) return other < bytes || size < other;
    return other < bytes && size > other;
  }

  private sizeOf(slot: number): number {
    return this.sizes[slot] ?? 0;
  }
}
