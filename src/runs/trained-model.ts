import { compile } from '../compile/compile.js';
import { allFinite } from '../core/all-finite.js';
import { withinBudget } from '../core/budget.js';
import { CheckpointError, DataError, WickError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { Rng } from '../core/rng.js';
import { formatShape, sameShape } from '../core/shape.js';
import type { Module } from '../nn/module.js';
import { changeOf, type RecipeFile } from '../recipes/file/load-recipe.js';
import { transformsOf } from '../recipes/file/parts.js';
import { fromArray } from '../tensor/creation.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import { decode } from '../vision/codecs/decode.js';
import type { ImageTransform } from '../vision/datasets/image-transform.js';
import type { Image } from '../vision/image.js';
import { invert } from '../vision/pixels/point.js';
import { transformFromJSON } from '../vision/transforms/registry.js';
import { backgroundOf } from './background.js';
import { type ModelCard, networkOfCard, recipeOfCard } from './model-card.js';
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
import { meanOfViews, type TestTimeViews, withViews } from './test-time-views.js';

/** A picture as the network takes it. */
export interface PreparedPicture extends Pick<PictureResult, 'looksInverted' | 'inverted'> {
  /** `[1, C, H, W]` */
  readonly input: Tensor;
}

export interface LoadOptions {
  /** The run's recipe file, where it is not where it was, or has not been run on this machine. */
  readonly recipe?: string | undefined;
}

const readLoadOptions = optionReader<LoadOptions>('TrainedModel.load', { recipe: true });

/** What making a network may need beside its parameters. */
const makingBytes = 2 ** 26;

/**
 * A finished run, or a model file, made ready to be used: the network in evaluation mode with the best weights, its classes,
 * and the transform that makes a picture an input.
 *
 * @example
 * const { model, transform, card } = await runs.TrainedModel.load('runs/photos-1');
 */
export class TrainedModel {
  private run = (images: Tensor): Tensor => noGrad(() => this.model(images));

  private constructor(
    readonly model: Module,
    readonly card: ModelCard,
    /** Picture → input, as it was stored. */
    readonly transform: ImageTransform,
    /** Where it comes from. */
    readonly source: ModelSource,
    private readonly stored: Pick<StoredModel, 'weightsPath' | 'cardName'>,
    /** Which weights of the run they are: the last, where it ended before it had saved its best. */
    readonly checkpoint: Checkpoint,
    /** What people should know of it, such as a recipe file that has changed. */
    readonly notes: readonly string[],
  ) {}

  /**
   * Loads the best weights of a run, or its last where it has no best yet; or those of a model file (`model.wick`).
   *
   * @throws DataError for what is neither, CheckpointError for weights that are damaged or hold NaN, DataError for a model.json that does not fit them
   */
  static async load(
    model: ModelSource | string,
    ...given: [options?: LoadOptions]
  ): Promise<TrainedModel> {
    const { recipe } = readLoadOptions(given);
    const source = await openModel(model);
    const stored = await readModel(source);
    const { card, checkpoint } = stored;
    const file = await recipeOfCard(source, card, recipe);
    const change = card.code && file && changeOf(card.code, file);
    const transform = makeTransform(source, stored, file);
    const network = makeNetwork(stored, file);
    return new TrainedModel(
      network.eval(),
      card,
      transform,
      source,
      stored,
      checkpoint,
      change ? [change] : [],
    );
  }

  /** Records the network at its first run, and replays that: worth it for whoever has more than a few pictures. */
  compile(): this {
    this.run = compile(this.run);
    return this;
  }

  /** Inputs `[N, C, H, W]` → logits `[N, K]`, one for each class. @throws CheckpointError when they are not that */
  async logits(images: Tensor): Promise<Tensor> {
    const { classes } = this.card;
    const { weightsPath, cardName } = this.stored;
    const logits = this.run(images);
    const required = [images.size(0), classes.length];
    if (!sameShape(logits.shape, required))
      throw new CheckpointError(
        weightsPath,
        `gives ${formatShape(logits.shape)}, but ${formatShape(required)} are required for the classes in ${cardName}`,
      );
    if (!allFinite(await logits.dataAsync()))
      throw new CheckpointError(
        weightsPath,
        `gives NaN or ∞ instead of scores: the weights are damaged, or the transform in ${cardName} makes such inputs`,
      );
    return logits;
  }

  /** Scores `[N, K]` → what probabilities are the softmax of: the scores by the temperature that the run was calibrated with. */
  calibrated(logits: Tensor): Tensor {
    const { temperature } = this.card;
    return temperature === undefined ? logits : logits.div(temperature);
  }

  /** Inputs `[N, C, H, W]` → probabilities `[N, K]`, the means over `tta` views of each. */
  async probabilities(images: Tensor, tta: TestTimeViews | null = null): Promise<Tensor> {
    const logits = await this.logits(tta === null ? images : withViews(images, tta));
    const probabilities = this.calibrated(logits).softmax(1);
    return tta === null ? probabilities : meanOfViews(probabilities, tta);
  }

  /**
   * What the network is given of the picture in a file, or in its bytes, which errors call `name`.
   *
   * @throws DataError when it is no picture that can be read
   */
  async prepare(
    picture: string | Uint8Array,
    when: Invert = 'no',
    name = typeof picture === 'string' ? picture : 'image',
  ): Promise<PreparedPicture> {
    const mode = this.card.inputShape[0] === 1 ? 'grey' : 'rgb';
    const image = await decode(picture, { mode, path: name });
    const looksInverted = this.looksInverted(image);
    const inverted = when === 'yes' || (when === 'auto' && looksInverted);
    const input = this.inputOf(inverted ? invert(image) : image, name);
    return { input, looksInverted, inverted };
  }

  /** Whether a picture is dark on light where the model was trained on light on dark, or the other way round. */
  private looksInverted(image: Image): boolean {
    const { background } = this.card;
    const own = background === undefined ? null : backgroundOf(image);
    return own !== null && own !== background;
  }

  private inputOf(image: Image, path: string): Tensor {
    const { inputShape } = this.card;
    const input = this.transform.apply(image, new Rng(0));
    if (!sameShape(input.shape, inputShape))
      throw new DataError(
        path,
        `becomes ${formatShape(input.shape)} by the model's transform, but the model takes ${formatShape(inputShape)}`,
      );
    return fromArray(input.data, [1, ...input.shape]);
  }

  /** What the picture in a file, or in its bytes, shows. @throws DataError when it is no picture that can be read */
  async predict(
    picture: string | Uint8Array,
    ...given: [options?: PredictOptions]
  ): Promise<PictureResult> {
    const { classes } = this.card;
    const query = readPredictOptions(given, classes.length);
    query.signal?.throwIfAborted();
    const { input, ...looks } = await this.prepare(picture, query.invert);
    query.signal?.throwIfAborted();
    const probabilities = await this.probabilities(input, query.tta);
    return { ...ranked(classes, await probabilities.dataAsync(), query), ...looks };
  }
}

/** The network that the card describes, which may take no more memory than its weights do, with these. */
function makeNetwork(
  { card, cardName, weights, weightsPath, wrongField }: StoredModel,
  file: RecipeFile | null,
): Module {
  let bytes = 0;
  for (const { data } of weights.values()) bytes += data.byteLength;
  // Parameters, and as much again while layers are put together.
  const limited = () => withinBudget(2 * bytes + makingBytes, () => networkOfCard(card, file));
  const isOfRecipe = card.code?.gives.includes('model'); // whose error names the recipe file
  const network = isOfRecipe ? limited() : asField('architecture', wrongField, limited);
  try {
    network.loadStateDict(weights);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new CheckpointError(weightsPath, `does not fit ${cardName} (${message})`, { cause });
  }
  return network;
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

/** What is wrong with a part of the card, with the name of its field. */
function asField<T>(field: string, wrongField: StoredModel['wrongField'], make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof WickError)) throw cause;
    throw wrongField(field, cause);
  }
}
