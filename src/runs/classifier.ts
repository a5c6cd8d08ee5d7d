import { zeros } from '../tensor/creation.js';
import type { ModelSource } from './model-file.js';
import { type Answer, predictAll } from './predict-all.js';
import { type Prediction, type PredictOptions, readPredictOptions } from './predict-options.js';
import { type LoadOptions, TrainedModel } from './trained-model.js';

/**
 * A trained model as a function of pictures, for programs that have many of them: the network is compiled when it is
 * loaded, so that each picture costs a replay.
 *
 * @example
 * const classifier = await Classifier.load('runs/photos-1');
 * const [best] = await classifier.predict('cat.jpg'); // { label: 'cat', probability: 0.98 }
 */
export class Classifier {
  private constructor(private readonly trained: TrainedModel) {}

  /** Loads a model file, or the best weights of a run. @throws DataError or CheckpointError that names what is missing or damaged */
  static async load(
    model: ModelSource | string,
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
   * The most probable classes of a picture, given as a file's path or its bytes, the best first; none where the model is unsure,
   * which it is where the best is less probable than `threshold`.
   *
   * @throws DataError when it is no picture that can be read
   */
  async predict(
    picture: string | Uint8Array,
    ...given: [options?: PredictOptions]
  ): Promise<readonly Prediction[]> {
    const { predictions, unsure } = await this.trained.predict(picture, ...given);
    return unsure ? [] : predictions;
  }

  /**
   * What many pictures show, in their order: decoded side by side, and answered in batches. A picture that cannot be read is
   * told by its error, and keeps nobody from the others. Bytes are called by their place, from 0.
   *
   * @example
   * for await (const answer of classifier.predictAll(paths))
   *   console.log(answer.picture, answer.error?.message ?? answer.predictions[0]);
   */
  predictAll(
    pictures: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
    ...given: [options?: PredictOptions]
  ): AsyncGenerator<Answer> {
    const query = readPredictOptions(given, this.classes.length);
    return predictAll(this.trained, named(pictures), query);
  }
}

async function* named(
  pictures: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
) {
  let place = 0;
  for await (const source of pictures) {
    yield { name: typeof source === 'string' ? source : `image ${place}`, source };
    place++;
  }
}
