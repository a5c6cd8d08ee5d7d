/** What a page and its Worker say to each other. */
import type { Answer, PictureResult, PredictOptions } from '../runs/answers.js';
import type { LoadProgress } from '../runs/fetch-model.js';
import type { PageCard } from '../runs/page-card.js';
import type { PagePicture, PixelData } from './bitmap.js';

/** Options that can travel. */
export type SentOptions = Omit<PredictOptions, 'signal'>;

/** Where a model has seen its reasons: Grad-CAM, for one class. */
export interface Explanation {
  readonly label: string;
  /** Numbers from 0, row by row, of the size of `seen`. */
  readonly heatmap: {
    readonly height: number;
    readonly width: number;
    readonly values: Float32Array;
  };
  /** What the network was given, as a picture again. */
  readonly seen: PixelData;
}

/** A picture among many, or why the page could not read it. */
export type SentPicture = { readonly name: string } & (
  | { readonly picture: PagePicture }
  | { readonly problem: string }
);

/** An answer that can travel: an error is its text. */
export type SentAnswer =
  | (Answer & { readonly error: null })
  | { readonly picture: string; readonly error: string };

/** A message without its number. */
export type Ask =
  | { readonly kind: 'load'; readonly url: string }
  | { readonly kind: 'examine'; readonly picture: PagePicture; readonly options: SentOptions }
  | {
      readonly kind: 'examineAll';
      readonly pictures: readonly SentPicture[];
      readonly options: SentOptions;
    }
  | {
      readonly kind: 'explain';
      readonly picture: PagePicture;
      readonly label: string | undefined;
      readonly invert: SentOptions['invert'];
    }
  | { readonly kind: 'forget'; readonly of: number };

export type Request = Ask & { readonly id: number };

/** What a loaded model tells of itself. */
export interface Loaded {
  readonly card: PageCard;
  readonly engine: { readonly engine: string; readonly threads: number };
}

export interface Answers {
  readonly load: Loaded;
  readonly examine: PictureResult;
  readonly examineAll: readonly SentAnswer[];
  readonly explain: Explanation;
  readonly forget: null;
}

export type Reply =
  | { readonly id: number; readonly progress: LoadProgress }
  | { readonly id: number; readonly value: Answers[keyof Answers] }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };
