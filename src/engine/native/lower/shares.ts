/** How work is cut for the threads: units in order, as equal as can be. */

/** Units [first, end) of thread `thread`. */
export function shareOf(
  units: number,
  thread: number,
  threads: number,
): { readonly first: number; readonly end: number } {
  return {
    first: Math.floor((units * thread) / threads),
    end: Math.floor((units * (thread + 1)) / threads),
  };
}

/** The units of a thread's share. */
export function* unitsOf(units: number, thread: number, threads: number): Generator<number> {
  const { first, end } = shareOf(units, thread, threads);
  for (let unit = first; unit < end; unit++) yield unit;
}
