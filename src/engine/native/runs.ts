/** Runs of values that follow each other and are alike: what differs nowhere along a run is emitted once, as a loop. */

export interface Run<T> {
  /** The first of them, and its place among all values. */
  readonly value: T;
  readonly at: number;
  readonly count: number;
}

/** Values are alike whose `featuresOf` are equal as JSON; without, those that are equal themselves. */
export function runsOf<T>(
  values: Iterable<T>,
  featuresOf: (value: T) => unknown = (value) => value,
): Run<T>[] {
  const runs: { value: T; at: number; count: number }[] = [];
  let at = 0;
  let key: string | undefined;
  for (const value of values) {
    const own = JSON.stringify(featuresOf(value));
    const last = runs.at(-1);
    if (last !== undefined && own === key) last.count++;
    else runs.push({ value, at, count: 1 });
    key = own;
    at++;
  }
  return runs;
}
