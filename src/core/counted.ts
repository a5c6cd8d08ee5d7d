/** How many there are of something: `1 step`, `3 steps`; `many` is for nouns that do not add an s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
