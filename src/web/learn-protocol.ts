/** What a page that learns and its Worker say to each other. */
import type { PagePicture } from './bitmap.js';

export interface LearnRequest {
  /** Of the model whose network is built on. */
  readonly url: string;
  readonly classes: readonly string[];
  readonly pictures: readonly PagePicture[];
  /** The class number of each picture. */
  readonly labels: readonly number[];
  readonly epochs: number;
}

interface Scores {
  readonly loss: number;
  readonly accuracy: number;
}

/** An epoch that is over. */
export interface Learned {
  readonly epoch: number;
  readonly epochs: number;
  readonly train: Scores;
  readonly heldOut: Scores;
  /** Of the pictures that are held out: true classes down, predicted ones across. */
  readonly confusion: readonly (readonly number[])[];
}

export type LearnReply =
  | { readonly stage: string }
  | { readonly learned: Learned }
  | { readonly file: Blob }
  | { readonly error: string };
