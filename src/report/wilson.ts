/** The 95 % interval of a share of so many samples (Wilson, 1927, https://doi.org/10.2307/2276774). */
export function wilson(share: number, samples: number): [low: number, high: number] {
  const z = 1.959964;
  const below = 1 + z ** 2 / samples;
  const middle = (share + z ** 2 / (2 * samples)) / below;
  const half =
    (z * Math.sqrt((share * (1 - share)) / samples + z ** 2 / (4 * samples ** 2))) / below;
  return [middle - half, middle + half];
}
