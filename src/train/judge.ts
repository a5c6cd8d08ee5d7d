import type { ConfusionMatrix } from '../metrics/confusion-matrix.js';
import { percent } from './epoch-line.js';

/** Classes that a line names. */
const named = 5;

/**
 * What is wrong with a classifier although its accuracy may look good, in plain lines: it is no better than always
 * answering with the largest class, or never finds some class. Classes without samples are not judged.
 */
export function judge(confusion: ConfusionMatrix, classes: readonly string[]): string[] {
  const total = confusion.samples();
  const sizes = classes.map((name, k) => ({ name, k, samples: confusion.samples(k) }));
  const [largest] = [...sizes].sort((a, b) => b.samples - a.samples);
  if (largest === undefined || total === 0) return [];
  const findings: string[] = [];
  const share = largest.samples / total;
  if (confusion.accuracy() <= share)
    findings.push(
      `no better than always answering '${largest.name}', which is right for ${percent(share)} of the images`,
    );
  const missed = sizes.filter(({ k, samples }) => samples > 0 && confusion.recall(k) === 0);
  if (missed.length > 0) {
    const names = missed.slice(0, named).map(({ name, samples }) => `'${name}' (0 of ${samples})`);
    const more = missed.length > named ? ` and ${missed.length - named} more` : '';
    findings.push(`never recognised: ${names.join(', ')}${more}`);
  }
  return findings;
}
