/** Names between commas, each one of `known`; ends the program where one is not. */
export function parseList<T extends string>(
  option: string,
  given: string,
  known: readonly T[],
): T[] {
  const wanted = given.split(',');
  const wrong = wanted.find((name) => !known.some((one) => one === name));
  if (wrong !== undefined) {
    console.error(`--${option}: there is no '${wrong}'; choose from ${known.join(', ')}`);
    process.exit(2);
  }
  return known.filter((name) => wanted.includes(name));
}
