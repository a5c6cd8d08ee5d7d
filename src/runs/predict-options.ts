/** What may be asked of a model about pictures, and what it answers. */
import { ValueError } from '../core/errors.js';
import { optionReader, requireOneOf, requireWhole } from '../core/options.js';
import { show } from '../core/outside-text.js';
import type { Invert, PictureResult, PredictOptions } from './answers.js';
import { type TestTimeViews, testTimeViews } from './test-time-views.js';

export type { Invert, PictureResult, Prediction, PredictOptions } from './answers.js';

export const inversions: readonly Invert[] = ['auto', 'yes', 'no'];

const readOptions = optionReader<PredictOptions>('predict', {
  top: true,
  invert: true,
  tta: true,
  threshold: true,
  signal: true,
});

/** What is asked of an AbortSignal while a picture is being answered: those who wait for it ask, nobody has to be told. */
export type StopSignal = Pick<AbortSignal, 'aborted' | 'reason' | 'throwIfAborted'>;

/** What is asked, nothing left open. */
export interface PredictQuery {
  readonly top: number;
  readonly invert: Invert;
  /** null is one view. */
  readonly tta: TestTimeViews | null;
  readonly threshold: number;
  readonly signal: StopSignal | undefined;
}

/** The options of a call, checked. */
export function readPredictOptions(
  given: readonly [options?: PredictOptions],
  classes: number,
): PredictQuery {
  const { top = classes, invert = 'no', tta, threshold = 0, signal } = readOptions(given);
  requireWhole('predict', { top });
  if (!(threshold >= 0 && threshold <= 1))
    throw new ValueError('predict', `threshold=${show(threshold)} must be a number from 0 to 1`);
  requireOneOf('predict', 'invert', invert, inversions);
  if (tta !== undefined) requireOneOf('predict', 'tta', tta, testTimeViews);
  return { top, invert, tta: tta ?? null, threshold, signal };
}

/** The classes with their probabilities, the best first. */
export function ranked(
  classes: readonly string[],
  probabilities: ArrayLike<number>,
  { top, threshold }: Pick<PredictQuery, 'top' | 'threshold'>,
): Pick<PictureResult, 'predictions' | 'unsure'> {
  const predictions = classes
    .map((label, k) => ({ label, probability: probabilities[k] ?? 0 }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, top);
  return { predictions, unsure: (predictions[0]?.probability ?? 0) < threshold };
}
