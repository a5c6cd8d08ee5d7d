import { zeros } from '../tensor/creation.js';
import { Answerer } from './answerer.js';
import type { Answer } from './answers.js';
import { named } from './asked-picture.js';
import type { ModelSource } from './model-file.js';
import { predictAll } from './predict-all.js';
import {
  type PictureResult,
  type Prediction,
  type PredictOptions,
  readPredictOptions,
} from './predict-options.js';
import { type LoadOptions, type Picture, TrainedModel } from './trained-model.js';

/**
 * A trained model as a function of pictures, for programs that have many of them: the network is compiled when it is
 * loaded, so that each picture costs a replay, and pictures that come side by side, as in a server, are answered together.
 *
 * @example
 * const classifier = await Classifier.load('runs/photos-1');
 * const [best] = await classifier.predict('cat.jpg'); // { label: 'cat', probability: 0.98 }
 */
export class Classifier {
  private readonly answerer: Answerer;

  private constructor(private readonly trained: TrainedModel) {
    this.answerer = new Answerer(trained);
  }

  /**
   * Loads a model file, from a path or from an address (`https://…`), or the best weights of a run.
   *
   * @throws DataError or CheckpointError that names what is missing or damaged
   */
  static async load(
    model: ModelSource | string | URL,
    ...given: [options?: LoadOptions]
  ): Promise<Classifier> {
    const trained = (await TrainedModel.load(model, ...given)).compile();
    await trained.logits(zeros([1, ...trained.card.inputShape]));
    return new Classifier(trained);
  }

  /** The class names, by number. */
  get classes(): readonly string[] {
    return this.trained.card.classes;
  }

  /**
   * The most probable classes of a picture, given as a file's path, its bytes or its pixels, the best first; none where the model
   * is unsure, which it is where the best is less probable than `threshold`.
   *
   * @throws DataError when it is no picture that can be read; the signal's reason once it is aborted
   */
  async predict(
    picture: Picture,
    ...given: [options?: PredictOptions]
  ): Promise<readonly Prediction[]> {
    const { predictions, unsure } = await this.examine(picture, ...given);
    return unsure ? [] : predictions;
  }

  /** The same, with what there is to know besides: what an unsure model takes for probable, and whether dark and light were exchanged. */
  async examine(picture: Picture, ...given: [options?: PredictOptions]): Promise<PictureResult> {
    const query = readPredictOptions(given, this.classes.length);
    return await this.answerer.examine(picture, query);
  }

  /**
   * What many pictures show, in their order: decoded side by side, and answered in batches. A picture that cannot be read is
   * told by its error, and keeps nobody from the others. Those without a path are called by their place, from 0.
   *
   * @example
   * for await (const answer of classifier.predictAll(paths))
   *   console.log(answer.picture, answer.error?.message ?? answer.predictions[0]);
   */
  predictAll(
    pictures: AsyncIterable<Picture> | Iterable<Picture>,
    ...given: [options?: PredictOptions]
  ): AsyncGenerator<Answer> {
    const query = readPredictOptions(given, this.classes.length);
    const nameOf = (source: Picture) => (typeof source === 'string' ? source : undefined);
    return predictAll(this.trained, named(pictures, nameOf), query);
  }
}
