/**
 * A tensor that lives in one phase alone, image by image, gets room for one image of each thread: it is written and read in the cache,
 * and takes no memory.
 */
import type { Phase } from '../../compiler/phase.js';
import type { Region } from '../../compiler/region.js';
import type { ArrangeContext } from '../../compiler/target.js';
import {
  callsOf,
  emitCalls,
  Operand,
  type PhaseCall,
  type PhaseCalls,
  requireReachable,
} from '../lower/phase-calls.js';
import { reuseRows } from './reuse-rows.js';

export function narrowToImages(
  phases: readonly Phase[],
  { compose, outside }: ArrangeContext,
): readonly Phase[] {
  const users = new Map<Region, number>();
  for (const { accesses } of phases)
    for (const { region } of accesses) users.set(region, (users.get(region) ?? 0) + 1);
  return phases.flatMap((phase) => {
    const calls = callsOf(phase);
    const own = passingThrough(phase).filter(
      (region) => users.get(region) === 1 && !outside.has(region) && region.place === 'arena',
    );
    const fitting = own.filter((region) => calls && staysWithinImages(calls, region));
    if (calls === undefined || fitting.length === 0) return [phase];
    return compose(phase.note, (context) => {
      let narrowed = calls;
      for (const region of fitting) {
        const size = imageBytes(calls, region);
        const { pointer, bytes } = context.threadScratch(size);
        const lists = narrowed.lists.map((list) => reuseRows(list, region, size));
        const room = new Operand(pointer, bytes, true);
        narrowed = inRoomOfImage({ ...narrowed, lists }, region, room);
      }
      emitCalls(context, narrowed);
    });
  });
}

/** What a phase writes that threads share image by image. */
function passingThrough(phase: Phase): Region[] {
  const split = callsOf(phase)?.byImages?.operands ?? [];
  const written = phase.accesses.filter(({ write }) => write).map(({ region }) => region);
  return [...new Set(split.map(({ pointer }) => pointer.region))].filter((region) =>
    written.includes(region),
  );
}

function imageBytes({ byImages }: PhaseCalls, { bytes }: Region): number {
  return bytes / (byImages?.images ?? 1);
}

/** Whether each call touches a region within the one image that it is of, and no thread comes back to an image. */
function staysWithinImages(calls: PhaseCalls, region: Region): boolean {
  const room = imageBytes(calls, region);
  if (!Number.isInteger(room)) return false;
  return calls.lists.every((list) => {
    let last = -1;
    return list.every(({ kernel, places, images }) =>
      places.every(({ operand, at }, i) => {
        const reach = kernel.reaches[i];
        if (operand.pointer.region !== region || reach === undefined) return true;
        if (images === undefined || images.end !== images.first + 1 || images.first < last)
          return false;
        last = images.first;
        const start = operand.pointer.offset + at - last * room;
        return start + reach.from >= 0 && start + reach.to <= room;
      }),
    );
  });
}

/** The calls with `room` in the place of a region. */
function inRoomOfImage(
  { operands, lists, byImages }: PhaseCalls,
  region: Region,
  room: Operand,
): PhaseCalls {
  const isOther = ({ pointer }: Operand) => pointer.region !== region;
  const bytes = byImages === undefined ? 0 : region.bytes / byImages.images;
  const placed = (call: PhaseCall): PhaseCall => {
    const places = call.places.map((place) => {
      const { pointer } = place.operand;
      if (pointer.region !== region) return place;
      const at = pointer.offset + place.at - (call.images?.first ?? 0) * bytes;
      return room.at(at, place.pixels);
    });
    requireReachable(call.kernel, places);
    return { ...call, places };
  };
  return {
    operands: [...operands.filter(isOther), room],
    lists: lists.map((list) => list.map(placed)),
    byImages: byImages && { ...byImages, operands: byImages.operands.filter(isOther) },
  };
}
