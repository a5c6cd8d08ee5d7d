/** Kernels of this process: written when they are first asked for, once for every shape. */
import type { Reach } from './kernel-writer.js';
import { KernelWriter } from './kernel-writer.js';
import type { PlaceCode } from './memory.js';
import type { VectorLevel } from './vector-levels.js';

/** Code in memory, which argument lists name. */
export interface Kernel {
  readonly address: number;
  readonly reaches: readonly (Reach | undefined)[];
}

/** What has been written so far, as `wick doctor` and tests ask. */
export interface KernelCount {
  readonly kernels: number;
  readonly bytes: number;
}

/** Writes a kernel for a shape, which says all that the code depends on. */
export type KernelSource<S> = (writer: KernelWriter, shape: S) => void;

export class Kernels {
  private readonly written = new Map<unknown, Map<string, Kernel>>();
  private bytes = 0;

  constructor(
    private readonly place: PlaceCode,
    readonly level: VectorLevel,
  ) {}

  get<S extends object>(source: KernelSource<S>, shape: S): Kernel {
    const bySource = this.written.get(source) ?? new Map<string, Kernel>();
    this.written.set(source, bySource);
    const key = JSON.stringify(shape, exact);
    const known = bySource.get(key);
    if (known !== undefined) return known;
    const writer = new KernelWriter(this.level);
    source(writer, shape);
    const { code, reaches } = writer.finish();
    const kernel = { address: this.place(code), reaches };
    this.bytes += code.length;
    bySource.set(key, kernel);
    return kernel;
  }

  /**
   * Kernels of a source whose shapes differ by some numbers alone. A shape is made, and its kernel found by all that it says, once: lists of calls
   * ask for the same few kernels thousands of times.
   */
  byNumbers<S extends object, N extends readonly number[]>(
    source: KernelSource<S>,
    shapeOf: (...numbers: N) => S,
  ): (...numbers: N) => Kernel {
    const known = new Map<string, Kernel>();
    return (...numbers) => {
      const key = numbers.join();
      const kernel = known.get(key) ?? this.get(source, shapeOf(...numbers));
      known.set(key, kernel);
      return kernel;
    };
  }

  get count(): KernelCount {
    const kernels = [...this.written.values()].reduce((sum, { size }) => sum + size, 0);
    return { kernels, bytes: this.bytes };
  }
}

/** JSON writes −0 as 0, and what is not finite as null; a bound of a clamp can be both. */
function exact(_: string, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}
