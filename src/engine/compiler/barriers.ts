/** Where the threads must wait for each other. */
import type { Access, Phase } from './phase.js';
import type { Region } from './region.js';

/** The bytes of a region in the arena, where regions may lie over each other at different times. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/**
 * For each phase, whether a barrier must follow it: the next phases, up to the next barrier, may run on one thread while
 * another is still in this one. Two phases conflict where one writes bytes that the other touches, unless both touch
 * one region by the same split, or the region is private to each thread.
 */
export function placeBarriers(
  phases: readonly Phase[],
  extentOf: (region: Region) => Extent | undefined,
): boolean[] {
  const after = phases.map(() => false);
  let open: Access[] = []; // Since the last barrier.
  phases.forEach(({ accesses }, index) => {
    if (accesses.some((access) => open.some((before) => conflict(before, access, extentOf)))) {
      after[index - 1] = true;
      open = [];
    }
    open.push(...accesses);
  });
  if (after.length > 0) after[after.length - 1] = true;
  return after;
}

function conflict(a: Access, b: Access, extentOf: (region: Region) => Extent | undefined): boolean {
  if (!a.write && !b.write) return false;
  if (a.region === b.region)
    return !a.region.private && (a.split === undefined || a.split !== b.split);
  const first = extentOf(a.region);
  const second = extentOf(b.region);
  if (first === undefined || second === undefined) return false;
  return first.start < second.end && second.start < first.end;
}
