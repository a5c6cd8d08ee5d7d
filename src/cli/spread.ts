/** At most `count` of a list, evenly from the first to the last. */
export function spread<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list];
  const last = list.length - 1;
  const places = Array.from({ length: count }, (_, i) =>
    Math.round((i * last) / Math.max(1, count - 1)),
  );
  return places.flatMap((place) => list.slice(place, place + 1));
}
