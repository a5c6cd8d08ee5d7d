/** How many pictures are on their way at once. */
const IN_FLIGHT = 8;

/** Runs `work` for 0 … count − 1, a few at a time; what it does with the results must not depend on their order. */
export async function inParallel(
  count: number,
  work: (index: number) => Promise<void>,
  onProgress: (done: number) => void = () => {},
): Promise<void> {
  let next = 0;
  let done = 0;
  const takeTurns = async () => {
    while (next < count) {
      await work(next++);
      onProgress(++done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, count) }, takeTurns));
}
