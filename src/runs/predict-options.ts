/** What may be asked of a model about pictures, and what it answers. */
import { ValueError } from '../core/errors.js';
import { optionReader, requireOneOf } from '../core/options.js';
import { show } from '../core/outside-text.js';
import { type TestTimeViews, testTimeViews } from './test-time-views.js';

/** A class, by its name, with its probability, 0–1. */
export interface Prediction {
  readonly label: string;
  readonly probability: number;
}

/** Whether dark and light are exchanged before the model sees a picture: of all, of those that look inverted, of none. */
export type Invert = 'yes' | 'auto' | 'no';

export const inversions: readonly Invert[] = ['auto', 'yes', 'no'];

export interface PredictOptions {
  /** How many classes are told, the most probable first. @default all */
  readonly top?: number | undefined;
  /** What is done about pictures that are dark on light where the model learned light on dark, or the other way round. @default 'no' */
  readonly invert?: Invert | undefined;
  /**
   * Average the probabilities over several views of each picture: it and its `mirror` image; it and its `shift` by a 16th of its
   * side each way; `both`, ten views. Mirror only what stays what it is in a mirror. @default one view
   */
  readonly tta?: TestTimeViews | undefined;
  /** The probability below which the model is unsure of its best class, 0–1. @default 0 */
  readonly threshold?: number | undefined;
  /** Once it is aborted no answer comes any more: its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** What a model says of one picture. */
export interface PictureResult {
  /** The most probable class first. */
  readonly predictions: readonly Prediction[];
  /** The best class is less probable than `threshold`. */
  readonly unsure: boolean;
  /** It is dark on light where the model learned light on dark, or the other way round. */
  readonly looksInverted: boolean;
  /** Dark and light were exchanged before the model saw it. */
  readonly inverted: boolean;
}

const readOptions = optionReader<PredictOptions>('predict', {
  top: true,
  invert: true,
  tta: true,
  threshold: true,
  signal: true,
});

/** What is asked, nothing left open. */
export interface PredictQuery {
  readonly top: number;
  readonly invert: Invert;
  /** null is one view. */
  readonly tta: TestTimeViews | null;
  readonly threshold: number;
  readonly signal: AbortSignal | undefined;
}

/** The options of a call, checked. */
export function readPredictOptions(
  given: readonly [options?: PredictOptions],
  classes: number,
): PredictQuery {
  const { top = classes, invert = 'no', tta, threshold = 0, signal } = readOptions(given);
  if (!Number.isInteger(top) || top < 1)
    throw new ValueError('predict', `top=${show(top)} must be a whole number ≥ 1`);
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
