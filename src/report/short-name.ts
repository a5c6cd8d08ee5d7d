const characters = new Intl.Segmenter();

/** Names cut to so many characters; where that makes two of them the same, their numbers tell them apart. */
export function shortNames(names: readonly string[], length: number): string[] {
  const short = names.map((name) => shortName(name, length));
  const seen = new Map<string, number>();
  for (const name of short) seen.set(name, (seen.get(name) ?? 0) + 1);
  return short.map((name, k) =>
    seen.get(name) === 1 ? name : `${shortName(name, length - 4)} #${k}`,
  );
}

/** A name, or its beginning with an ellipsis. */
export function shortName(name: string, length: number): string {
  const all = [...characters.segment(name)].map(({ segment }) => segment);
  return all.length <= length ? name : `${all.slice(0, length - 1).join('')}…`;
}
