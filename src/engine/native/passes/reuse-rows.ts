/**
 * Of a tensor that lives in one phase alone, the rows that are done with make room for the next ones, so that what is written lies in the
 * cache. Rows that the next ones are read with are made once more there.
 */
import type { Region } from '../../compiler/region.js';
import type { PhaseCall, Pixels, Place } from '../lower/phase-calls.js';

/** Bytes of the rows that are there at once. */
const reusedBytes = 480 * 1024;

/**
 * A thread's calls with places in `region` that start again at the first row, in an image of `imageBytes`; the same list where that
 * cannot be. Places of an image stay within it.
 */
export function reuseRows(
  list: readonly PhaseCall[],
  region: Region,
  imageBytes: number,
): readonly PhaseCall[] {
  if (imageBytes <= reusedBytes) return list;
  const touching = list.flatMap((call) => placesIn(call, region));
  const pixels = Math.max(...touching.map(({ pixels }) => pixels?.end ?? Number.NaN));
  if (!(pixels > 0)) return list; // A call does not say which it touches.
  const most = Math.floor((reusedBytes / imageBytes) * pixels);
  const needed = firstNeeded(list, region);
  const written = new Set(list.flatMap(({ places }) => places.filter(isWritten).map(regionOf)));
  const reused: PhaseCall[] = [];
  let made: { readonly call: PhaseCall; readonly pixels: Pixels }[] = [];
  let start = 0;
  let image = -1;
  for (const [i, call] of list.entries()) {
    const places = placesIn(call, region);
    if (places.length === 0) {
      reused.push(call);
      continue;
    }
    if (call.images?.first !== image) {
      image = call.images?.first ?? -1;
      start = 0;
      made = [];
    }
    const to = places.find(isWritten)?.pixels;
    if (to !== undefined) {
      if (!isRepeatable(call, region, written)) return list;
      if (to.end - start > most) {
        const kept = made.filter(({ pixels }) => pixels.end > (needed[i] ?? to.first));
        const first = Math.min(to.first, ...kept.map(({ pixels }) => pixels.first));
        if (first > start) {
          reused.push(...kept.map((one) => moved(one.call, region, first)));
          [start, made] = [first, kept];
        }
      }
      made.push({ call, pixels: to });
    }
    reused.push(moved(call, region, start));
  }
  return reused;
}

const regionOf = ({ operand }: Place): Region => operand.pointer.region;
const isWritten = ({ operand }: Place): boolean => operand.pointer.access === 'write';

function placesIn({ places }: PhaseCall, region: Region): Place[] {
  return places.filter((place) => regionOf(place) === region);
}

/** For each call the first pixel of its image that calls behind it read; undefined where they read none. */
function firstNeeded(list: readonly PhaseCall[], region: Region): (number | undefined)[] {
  let image: number | undefined;
  let first: number | undefined;
  const needed = list.toReversed().map((call) => {
    const places = placesIn(call, region);
    const before = call.images?.first === image ? first : undefined;
    if (places.length === 0) return before;
    image = call.images?.first;
    const read = places.filter((place) => !isWritten(place)).map(({ pixels }) => pixels?.first);
    first = Math.min(before ?? Infinity, ...read.map((pixel) => pixel ?? 0));
    return before;
  });
  return needed.toReversed();
}

/** Whether a call that writes a region does nothing else, and would do the same later. */
function isRepeatable({ places }: PhaseCall, region: Region, written: ReadonlySet<Region>) {
  return places.every((place) =>
    regionOf(place) === region ? isWritten(place) : !written.has(regionOf(place)),
  );
}

/** The call with its places in a region so much further ahead that pixel `start` becomes the first. */
function moved(call: PhaseCall, region: Region, start: number): PhaseCall {
  if (start === 0) return call;
  const places = call.places.map((place) =>
    regionOf(place) === region
      ? { ...place, at: place.at - start * (place.pixels?.apart ?? 0) }
      : place,
  );
  return { ...call, places };
}
