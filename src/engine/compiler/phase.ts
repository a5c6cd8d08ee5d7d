/** Phases as lowering collects them, before memory has addresses. */
import type { KernelName } from './kernel-name.js';
import type { Word } from './lowering.js';
import type { Pointer, Region } from './region.js';

/** What a phase does to a region, and by which split of the work. */
export interface Access {
  readonly region: Region;
  readonly write: boolean;
  /** Named where each thread touches only its share of the region. */
  readonly split: string | undefined;
}

export interface Phase {
  readonly kernel: KernelName;
  readonly words: readonly Word[];
  readonly accesses: readonly Access[];
  /** The node that the phase belongs to, as `program` shows it. */
  readonly note: string;
}

/** The accesses of pointers: one per region, a write where any pointer writes. */
export function accessesOf(
  pointers: readonly Pointer[],
  split: string | undefined,
  own: readonly Pointer[],
): Access[] {
  const accesses = new Map<Region, { write: boolean; shared: boolean }>();
  for (const pointer of pointers) {
    const { region, access } = pointer;
    if (access === 'none') continue;
    const owned = own.some((other) => other.region === region);
    const seen = accesses.get(region);
    accesses.set(region, {
      write: access === 'write' || (seen?.write ?? false),
      shared: !owned || (seen?.shared ?? false),
    });
  }
  return [...accesses].map(([region, { write, shared }]) => ({
    region,
    write,
    split: shared ? undefined : split,
  }));
}

/** Whether the order of two phases matters. */
export function dependOn(a: Phase, b: Phase): boolean {
  return a.accesses.some((one) =>
    b.accesses.some((other) => one.region === other.region && (one.write || other.write)),
  );
}

/** First and last phase that touch each region. */
export function livesOf(phases: readonly Phase[]): Map<Region, Life> {
  const lives = new Map<Region, Life>();
  phases.forEach(({ accesses }, index) => {
    for (const { region } of accesses) {
      const life = lives.get(region);
      if (life === undefined) lives.set(region, { first: index, last: index });
      else life.last = index;
    }
  });
  return lives;
}

export interface Life {
  first: number;
  last: number;
}
