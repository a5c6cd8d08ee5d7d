/** What may be asked of a model about pictures, and what it answers: types alone, which pages take too. */
import type { DataError } from '../core/errors.js';

/** A class, by its name, with its probability, 0–1. */
export interface Prediction {
  readonly label: string;
  readonly probability: number;
}

/** Whether dark and light are exchanged before the model sees a picture: of all, of those that look inverted, of none. */
export type Invert = 'yes' | 'auto' | 'no';

/** Several views of each picture, whose answers are averaged (`test-time-views.ts`). */
export type TestTimeViews = 'mirror' | 'shift' | 'both';

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

/** What is told of one picture among many: what it shows, or why it cannot be read. */
export type Answer =
  | ({ readonly picture: string; readonly error: null } & PictureResult)
  | { readonly picture: string; readonly error: DataError };
