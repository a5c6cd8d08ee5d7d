/** Memory of a plan before it has an address. */

/** A stretch of memory that gets its address when the plan is laid out, or when arrays are bound to it. */
export interface Region {
  readonly bytes: number;
  /** Named in `program`. */
  readonly label: string;
  /** Each thread touches only a part of its own, whatever the phase. */
  readonly private: boolean;
  /**
   * Who chooses the address: the arena, by the region's life; `fixed` memory that keeps its contents between runs and
   * holds `data` at first.
   */
  readonly place: 'arena' | 'fixed';
  readonly data?: Int32Array | Uint32Array | Float32Array | Uint8Array;
}

/** A place inside a region, and what the phase that gets it may do there. */
export class Pointer {
  constructor(
    readonly region: Region,
    readonly offset: number,
    readonly access: 'read' | 'write' | 'none',
  ) {}

  /** The place `bytes` further on. */
  at(bytes: number): Pointer {
    return new Pointer(this.region, this.offset + bytes, this.access);
  }

  /** The same place, for a phase that only reads there: saves the barrier between two readers of scratch memory. */
  readonly(): Pointer {
    return this.access === 'none' ? this : new Pointer(this.region, this.offset, 'read');
  }

  /** The same place, for a phase that is told of it and does not go there. */
  untouched(): Pointer {
    return new Pointer(this.region, this.offset, 'none');
  }
}
