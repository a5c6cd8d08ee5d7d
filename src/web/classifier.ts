import { optionReader } from '../core/options.js';
import type { Module } from '../nn/module.js';
import type { Answer } from '../runs/answers.js';
import { named } from '../runs/asked-picture.js';
import { fetchModel, type LoadProgress } from '../runs/fetch-model.js';
import type { PageCard } from '../runs/page-card.js';
import { predictAll } from '../runs/predict-all.js';
import {
  type PictureResult,
  type Prediction,
  type PredictOptions,
  ranked,
  readPredictOptions,
} from '../runs/predict-options.js';
import type { PreparedPicture, Scorer } from '../runs/scorer.js';
import type { TestTimeViews } from '../runs/test-time-views.js';
import { zeros } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';
import type { ImageTransform } from '../vision/datasets/image-transform.js';
import { nameOf, type PagePicture } from './bitmap.js';
import { ensureEngine } from './engine.js';
import { imageOf } from './pixels.js';
import { readModel } from './read-model.js';

export interface LoadModelOptions {
  /** Ends the download. */
  readonly signal?: AbortSignal | undefined;
  /** Called with every piece of the download. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

const readLoadOptions = optionReader<LoadModelOptions>('Classifier.load', {
  signal: true,
  onProgress: true,
});

/**
 * A trained model as a function of pictures, in a page. It answers as `Classifier` in Node and `wick predict` do: the same
 * transform and the same resize on the pixels that the browser has decoded.
 *
 * A picture keeps the calling thread busy for as long as the network takes; a large one belongs into a Worker, where this class
 * works too. The pages that `wick export --format web` writes do that.
 *
 * @example
 * const model = await Classifier.load('model.wick');
 * const [best] = await model.predict(document.querySelector('img')); // { label: 'cat', probability: 0.98 }
 */
export class Classifier {
  private constructor(
    private readonly scorer: Scorer,
    /** What the model's file says of it. */
    readonly card: PageCard,
  ) {}

  /**
   * Loads a model file (`wick export RUN --format wick`) from an address, or from its bytes. Where no engine was chosen yet, the
   * fast one is opened.
   *
   * @throws CheckpointError when it is not there, damaged, or a model that a page cannot run
   */
  static async load(
    model: string | URL | Blob | ArrayBuffer | Uint8Array,
    ...given: [options?: LoadModelOptions]
  ): Promise<Classifier> {
    const { signal, onProgress } = readLoadOptions(given);
    const isAddress = typeof model === 'string' || model instanceof URL;
    const [bytes] = await Promise.all([
      isAddress ? fetchModel(String(model), signal, onProgress) : bytesOf(model),
      ensureEngine(),
    ]);
    const { card, scorer } = await readModel(bytes, isAddress ? String(model) : 'model');
    scorer.compile();
    await scorer.logits(zeros([1, ...card.inputShape]));
    signal?.throwIfAborted();
    return new Classifier(scorer, card);
  }

  /** The class names, by number. */
  get classes(): readonly string[] {
    return this.card.classes;
  }

  /** The network, in evaluation mode. */
  get network(): Module {
    return this.scorer.model;
  }

  /** The evaluation transform. */
  get transform(): ImageTransform {
    return this.scorer.transform;
  }

  /**
   * The most probable classes of a picture, the best first; none where the model is unsure, which it is where the best is less
   * probable than `threshold`.
   *
   * @throws DataError when the browser cannot read it, ValueError when it is none; the signal's reason once it is aborted
   */
  async predict(
    picture: PagePicture,
    ...given: [options?: PredictOptions]
  ): Promise<readonly Prediction[]> {
    const { predictions, unsure } = await this.examine(picture, ...given);
    return unsure ? [] : predictions;
  }

  /** The same, with what there is to know besides: what an unsure model takes for probable, and whether dark and light were exchanged. */
  async examine(
    picture: PagePicture,
    ...given: [options?: PredictOptions]
  ): Promise<PictureResult> {
    const query = readPredictOptions(given, this.classes.length);
    query.signal?.throwIfAborted();
    const { input, ...looks } = await this.prepare(picture, query.invert);
    query.signal?.throwIfAborted();
    const probabilities = await this.scorer.probabilities(input, query.tta);
    return { ...ranked(this.classes, await probabilities.dataAsync(), query), ...looks };
  }

  /**
   * What many pictures show, in their order, answered in batches. A picture that cannot be read is told by its error, and keeps
   * nobody from the others. Files are called by their names, all else by its place, from 0.
   *
   * @example
   * for await (const answer of classifier.predictAll(input.files))
   *   console.log(answer.picture, answer.error?.message ?? answer.predictions[0]);
   */
  predictAll(
    pictures: AsyncIterable<PagePicture> | Iterable<PagePicture>,
    ...given: [options?: PredictOptions]
  ): AsyncGenerator<Answer> {
    const query = readPredictOptions(given, this.classes.length);
    return predictAll(this, named(pictures, nameOf), query);
  }

  /** What the network is given of a picture, which errors call `name`: `input` `[1, C, H, W]`. */
  async prepare(
    picture: PagePicture,
    invert: NonNullable<PredictOptions['invert']> = 'no',
    name = 'picture',
  ): Promise<PreparedPicture> {
    return this.scorer.prepare(await imageOf(picture, this.scorer.mode, name), invert, name);
  }

  /** Inputs `[N, C, H, W]` → probabilities `[N, K]`, the means over `tta` views of each. */
  async probabilities(inputs: Tensor, tta: TestTimeViews | null = null): Promise<Tensor> {
    return await this.scorer.probabilities(inputs, tta);
  }

  /** Inputs `[N, C, H, W]` → logits `[N, K]`, one for each class. */
  async logits(inputs: Tensor): Promise<Tensor> {
    return await this.scorer.logits(inputs);
  }
}

async function bytesOf(model: Blob | ArrayBuffer | Uint8Array): Promise<Uint8Array> {
  if (model instanceof Uint8Array) return model;
  return new Uint8Array(model instanceof ArrayBuffer ? model : await model.arrayBuffer());
}
