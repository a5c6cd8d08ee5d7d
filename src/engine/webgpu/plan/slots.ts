/** Memory of values that live only while a plan runs: pieces that several use, one after another. */

/** A slot of more times a value's bytes is left to larger values: what lives long would keep it from them. */
const tooLarge = 2;

export class Slots {
  private readonly sizes: number[] = [];
  private readonly free = new Set<number>();

  /**
   * A slot of at least so many bytes: the smallest that suffices and is not too large, else the largest of those that do not,
   * which grows.
   */
  take(bytes: number): number {
    let best: number | undefined;
    for (const slot of this.free) {
      if (this.sizeOf(slot) > tooLarge * bytes) continue;
      if (best === undefined || this.isBetter(slot, best, bytes)) best = slot;
    }
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
