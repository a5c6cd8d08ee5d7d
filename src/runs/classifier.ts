import { zeros } from '../tensor/creation.js';
import type { RunFolder } from './run-folder.js';
import {
  type LoadOptions,
  type Prediction,
  type PredictOptions,
  TrainedModel,
} from './trained-model.js';

/**
 * A trained run as a function of pictures, for programs that have many of them: the network is compiled when it is
 * opened, so that each picture costs a replay.
 *
 * @example
 * const classifier = await Classifier.open('runs/photos-1');
 * const [best] = await classifier.predict('cat.jpg'); // { class: 'cat', probability: 0.98 }
 */
export class Classifier {
  private constructor(private readonly trained: TrainedModel) {}

  /** Opens the best weights of a run. @throws DataError or CheckpointError that names what is missing or damaged */
  static async open(
    run: RunFolder | string,
    ...given: [options?: LoadOptions]
  ): Promise<Classifier> {
    const trained = (await TrainedModel.load(run, ...given)).compile();
    await trained.logits(zeros([1, ...trained.card.inputShape]));
    return new Classifier(trained);
  }

  /** The class names, by number. */
  get classes(): readonly string[] {
    return this.trained.card.classes;
  }

  /**
   * The most probable classes of a picture, given as a file's path or its bytes, the best first.
   *
   * @throws DataError when it is no picture that can be read
   */
  async predict(
    picture: string | Uint8Array,
    ...given: [options?: PredictOptions]
  ): Promise<readonly Prediction[]> {
    return (await this.trained.predict(picture, ...given)).predictions;
  }
}
