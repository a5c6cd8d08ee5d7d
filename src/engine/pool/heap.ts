/** Which bytes of a growing memory are taken: first fit over the gaps, neighbours joined when a block is given back. */

interface Gap {
  start: number;
  end: number;
}

/** Blocks start at multiples of it, so that no two share a cache line and vectors are aligned. */
export const alignment = 64;

export function alignUp(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

export class Heap {
  /** Ascending; no two touch. */
  private readonly gaps: Gap[];
  private readonly sizes = new Map<number, number>();
  private taken = 0;

  constructor(
    start: number,
    readonly end: number,
  ) {
    this.gaps = [{ start: alignUp(start), end }];
  }

  /** Bytes in blocks. */
  get used(): number {
    return this.taken;
  }

  /** The address of a new block, or undefined where no gap is large enough. */
  allocate(bytes: number): number | undefined {
    const size = Math.max(alignment, alignUp(bytes));
    const index = this.gaps.findIndex((gap) => gap.end - gap.start >= size);
    const gap = this.gaps[index];
    if (gap === undefined) return undefined;
    const address = gap.start;
    gap.start += size;
    if (gap.start === gap.end) this.gaps.splice(index, 1);
    this.sizes.set(address, size);
    this.taken += size;
    return address;
  }

  /** Gives a block back. */
  free(address: number): void {
    const size = this.sizes.get(address);
    if (size === undefined) return;
    this.sizes.delete(address);
    this.taken -= size;
    const after = this.gaps.findIndex((gap) => gap.start > address);
    const index = after === -1 ? this.gaps.length : after;
    this.gaps.splice(index, 0, { start: address, end: address + size });
    this.joinWithNext(index);
    if (index > 0) this.joinWithNext(index - 1);
  }

  private joinWithNext(index: number): void {
    const gap = this.gaps[index];
    const next = this.gaps[index + 1];
    if (gap === undefined || next === undefined || gap.end !== next.start) return;
    gap.end = next.end;
    this.gaps.splice(index + 1, 1);
  }
}
