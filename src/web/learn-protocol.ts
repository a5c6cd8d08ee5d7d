/** What a page that learns and its Worker say to each other. */
import type { PagePicture } from './bitmap.js';

/** Pictures that a class has at least: one of five is held out. */
export const leastPictures = 5;

/** What learns: a new head on the network that is there, or a small network from scratch. */
export type LearningNetwork = 'backbone' | 'fresh';

export interface LearnRequest {
  /** Of the model whose network is built on. */
  readonly url: string;
  readonly network: LearningNetwork;
  readonly classes: readonly string[];
  readonly pictures: readonly PagePicture[];
  /** The class number of each picture. */
  readonly labels: readonly number[];
  readonly epochs: number;
  /** The kind of GPU that is asked to compute, `software` for tests; null is the processor. */
  readonly gpu: 'gpu' | 'software' | null;
}

/** What computes: the GPU of that name, or the processor, with the reason where a GPU was asked for. */
export type Computes =
  | { readonly on: 'gpu'; readonly name: string }
  | { readonly on: 'cpu'; readonly problem: string | null };

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

/** What is done before the first epoch is over. */
export type Stage = 'network' | 'pictures' | 'features' | 'learning';

export type LearnReply =
  | { readonly stage: Stage }
  | { readonly computes: Computes }
  | { readonly learned: Learned }
  | { readonly file: Blob }
  | { readonly error: string };
