import { ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { zeros } from '../tensor/creation.js';
import { RunFolder } from './run-folder.js';
import { type Prediction, TrainedModel } from './trained-model.js';

export interface PredictOptions {
  /** How many classes are told. @default all */
  top?: number;
}

const readOptions = optionReader<PredictOptions>('Classifier.predict', { top: true });

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
  static async open(path: string): Promise<Classifier> {
    const trained = (await TrainedModel.load(await RunFolder.open(path))).compile();
    trained.logits(zeros([1, ...trained.card.inputShape]));
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
  ): Promise<Prediction[]> {
    const { top = this.classes.length } = readOptions(given);
    if (!Number.isInteger(top) || top < 1)
      throw new ValueError('Classifier.predict', `top=${top} must be a whole number ≥ 1`);
    const name = typeof picture === 'string' ? picture : 'image';
    return this.trained.classify(await this.trained.read(picture), top, name);
  }
}
