import { fileURLToPath } from 'node:url';
import { DataError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import type { Module } from '../nn/module.js';
import { changeOf, type RecipeFile } from '../recipes/file/load-recipe.js';
import { transformsOf } from '../recipes/file/parts.js';
import type { Tensor } from '../tensor/tensor.js';
import { decode, inMode } from '../vision/codecs/decode.js';
import type { ImageTransform } from '../vision/datasets/image-transform.js';
import { Image } from '../vision/image.js';
import { transformFromJSON } from '../vision/transforms/registry.js';
import { type ModelCard, recipeOfCard } from './model-card.js';
import type { ModelSource } from './model-file.js';
import { openModel, readModel, type StoredModel } from './model-source.js';
import {
  type Invert,
  type PictureResult,
  type PredictOptions,
  ranked,
  readPredictOptions,
} from './predict-options.js';
import type { Checkpoint } from './run-folder.js';
import { type PreparedPicture, Scorer } from './scorer.js';
import { asField, networkOfStored } from './stored-network.js';
import type { TestTimeViews } from './test-time-views.js';
import { loadWeights, withinWeights } from './weighted-network.js';

/** A picture: the path of its file, the bytes of that, or its pixels. */
export type Picture = string | Uint8Array | Image;

export interface LoadOptions {
  /** The run's recipe file, where it is not where it was, or has not been run on this machine. */
  readonly recipe?: string | undefined;
}

const readLoadOptions = optionReader<LoadOptions>('TrainedModel.load', { recipe: true });

/**
 * A finished run, or a model file, made ready to be used: the network in evaluation mode with the best weights, its classes,
 * and the transform that makes a picture an input.
 *
 * @example
 * const { model, transform, card } = await runs.TrainedModel.load('runs/photos-1');
 */
export class TrainedModel {
  private constructor(
    private readonly scorer: Scorer,
    readonly card: ModelCard,
    /** Where it comes from. */
    readonly source: ModelSource,
    /** Which weights of the run they are: the last, where it ended before it had saved its best. */
    readonly checkpoint: Checkpoint,
    /** What people should know of it, such as a recipe file that has changed. */
    readonly notes: readonly string[],
  ) {}

  get model(): Module {
    return this.scorer.model;
  }

  /** Picture → input, as it was stored. */
  get transform(): ImageTransform {
    return this.scorer.transform;
  }

  /**
   * Loads the best weights of a run, or its last where it has no best yet; or those of a model file (`model.wick`), which may be
   * at an address: `https://…`.
   *
   * @throws DataError for what is neither, CheckpointError for weights that are damaged or hold NaN, DataError for a model.json that does not fit them
   */
  static async load(
    model: ModelSource | string | URL,
    ...given: [options?: LoadOptions]
  ): Promise<TrainedModel> {
    const { recipe } = readLoadOptions(given);
    const source = await openModel(model instanceof URL ? placeOf(model) : model);
    const stored = await readModel(source);
    const { card, checkpoint } = stored;
    const file = await recipeOfCard(source, card, recipe);
    const change = card.code && file && changeOf(card.code, file);
    const transform = makeTransform(source, stored, file);
    const { weights } = stored;
    const network = networkOfStored(stored, file, (make) => withinWeights(weights, make));
    loadWeights(network, weights, stored);
    const scorer = new Scorer(network.eval(), card, transform, stored);
    return new TrainedModel(scorer, card, source, checkpoint, change ? [change] : []);
  }

  /** Records the network at its first run, and replays that: worth it for whoever has more than a few pictures. */
  compile(): this {
    this.scorer.compile();
    return this;
  }

  /** Inputs `[N, C, H, W]` → logits `[N, K]`, one for each class. @throws CheckpointError when they are not that */
  async logits(images: Tensor): Promise<Tensor> {
    return await this.scorer.logits(images);
  }

  /** Scores `[N, K]` → what probabilities are the softmax of: the scores by the temperature that the run was calibrated with. */
  calibrated(logits: Tensor): Tensor {
    return this.scorer.calibrated(logits);
  }

  /** Inputs `[N, C, H, W]` → probabilities `[N, K]`, the means over `tta` views of each. */
  async probabilities(images: Tensor, tta: TestTimeViews | null = null): Promise<Tensor> {
    return await this.scorer.probabilities(images, tta);
  }

  /**
   * What the network is given of a picture, which errors call `name`.
   *
   * @throws DataError when it is no picture that can be read
   */
  async prepare(
    picture: Picture,
    when: Invert = 'no',
    name = typeof picture === 'string' ? picture : 'image',
  ): Promise<PreparedPicture> {
    const { mode } = this.scorer;
    const isDecoded = picture instanceof Image;
    const image = isDecoded ? inMode(picture, mode) : await decode(picture, { mode, path: name });
    return this.scorer.prepare(image, when, name);
  }

  /** What a picture shows. @throws DataError when it is no picture that can be read */
  async predict(picture: Picture, ...given: [options?: PredictOptions]): Promise<PictureResult> {
    const { classes } = this.card;
    const query = readPredictOptions(given, classes.length);
    query.signal?.throwIfAborted();
    const { input, ...looks } = await this.prepare(picture, query.invert);
    query.signal?.throwIfAborted();
    const probabilities = await this.probabilities(input, query.tta);
    return { ...ranked(classes, await probabilities.dataAsync(), query), ...looks };
  }
}

/** A file's path, or the address. */
function placeOf(url: URL): string {
  return url.protocol === 'file:' ? fileURLToPath(url) : url.href;
}

function makeTransform(
  source: ModelSource,
  { card: { transform: json, code, inputShape }, wrongField }: StoredModel,
  file: RecipeFile | null,
): ImageTransform {
  if (file !== null && code?.gives.includes('transform')) {
    const made = transformsOf(file, () => inputShape[1]);
    if (made !== null) return made.eval;
    throw new DataError(
      source.path,
      `was trained with transforms of ${code.path}, which has none now`,
    );
  }
  return asField('transform', wrongField, () => {
    const transform: ImageTransform = transformFromJSON(json);
    if (transform.takes === 'tensor' || transform.gives !== 'tensor')
      throw new DataError(source.path, 'must make a tensor of a picture, by ToTensor');
    return transform;
  });
}
