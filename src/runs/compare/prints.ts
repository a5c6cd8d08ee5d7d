/** Which images runs had, by the fingerprints in their config.json; undefined where there is none. */
import type { ComparedRun } from './read-run.js';

/** Of the training images, where it does not depend on the seed: that draws a validation part, and the images of a limit. */
export function trainPrint(run: ComparedRun): string | undefined {
  const { 'split.val': val, 'data.limit': limit } = run.settings;
  const drawn = Number(val ?? 0) > 0 || (limit ?? null) !== null;
  return drawn ? undefined : printOf(run, 'train');
}

export function testPrint(run: ComparedRun): string | undefined {
  return printOf(run, 'test');
}

function printOf({ data: { fingerprint } }: ComparedRun, part: string): string | undefined {
  if (typeof fingerprint !== 'object' || fingerprint === null) return undefined;
  const print = (fingerprint as Record<string, unknown>)[part];
  return typeof print === 'string' ? print : undefined;
}
