import { compile } from '../compile/compile.js';
import { allFinite } from '../core/all-finite.js';
import { withinBudget } from '../core/budget.js';
import { isFloat } from '../core/dtype.js';
import { CheckpointError, DataError, ValueError, WickError } from '../core/errors.js';
import { optionReader, requireOneOf } from '../core/options.js';
import { quote, show } from '../core/outside-text.js';
import { Rng } from '../core/rng.js';
import { formatShape, sameShape } from '../core/shape.js';
import { loadSafetensors } from '../io/safetensors.js';
import type { Module, StateDict } from '../nn/module.js';
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
import { type ModelCard, networkOfCard, readModelCard, recipeOfCard } from './model-card.js';
import { type Checkpoint, RunFolder } from './run-folder.js';

/** A class with its probability, 0–1. */
export interface Prediction {
  readonly class: string;
  readonly probability: number;
}

/** Whether dark and light are exchanged before the model sees a picture: of all, of those that look inverted, of none. */
export type Invert = 'yes' | 'auto' | 'no';

export interface PredictOptions {
  /** How many classes are told, the most probable first. @default all */
  readonly top?: number | undefined;
  /** What is done about pictures that are dark on light where the model learned light on dark, or the other way round. @default 'no' */
  readonly invert?: Invert | undefined;
}

/** What a model says of one picture. */
export interface PictureResult {
  /** The most probable class first. */
  readonly predictions: readonly Prediction[];
  /** It is dark on light where the model learned light on dark, or the other way round. */
  readonly looksInverted: boolean;
  /** Dark and light were exchanged before the model saw it. */
  readonly inverted: boolean;
}

export interface LoadOptions {
  /** The run's recipe file, where it is not where it was, or has not been run on this machine. */
  readonly recipe?: string | undefined;
}

const readLoadOptions = optionReader<LoadOptions>('TrainedModel.load', { recipe: true });
const readOptions = optionReader<PredictOptions>('predict', { top: true, invert: true });

/** What making a network may need beside its parameters. */
const makingBytes = 2 ** 26;

/**
 * A finished run made ready to be used: the network in evaluation mode with the run's best weights, its classes, and the
 * transform that makes a picture an input.
 *
 * @example
 * const { model, transform, card } = await runs.TrainedModel.load('runs/photos-1');
 */
export class TrainedModel {
  private run = (images: Tensor): Tensor => noGrad(() => this.model(images));

  private constructor(
    readonly model: Module,
    readonly card: ModelCard,
    /** Picture → input, as the run stored it. */
    readonly transform: ImageTransform,
    /** The file with the weights. */
    private readonly path: string,
    /** Which weights of the run they are: the last, where it ended before it had saved its best. */
    readonly checkpoint: Checkpoint,
    /** What people should know of it, such as a recipe file that has changed. */
    readonly notes: readonly string[],
  ) {}

  /**
   * Loads the best weights of a run, or its last where it has no best yet.
   *
   * @throws DataError for what is no run, CheckpointError for weights that are damaged or hold NaN, DataError for a model.json that does not fit them
   */
  static async load(
    runOrPath: RunFolder | string,
    ...given: [options?: LoadOptions]
  ): Promise<TrainedModel> {
    const { recipe } = readLoadOptions(given);
    const run = await RunFolder.open(runOrPath);
    const card = await readModelCard(run);
    const { code } = card;
    const file = await recipeOfCard(run, card, recipe);
    const change = code && file && changeOf(code, file);
    const transform = makeTransform(run, card, file);
    const checkpoint = await run.bestCheckpoint();
    const path = run.checkpoint(checkpoint);
    const weights = await loadWeights(path);
    const model = makeModel(run, card, weights, file);
    try {
      model.loadStateDict(weights);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new CheckpointError(path, `does not fit model.json (${message})`, { cause });
    }
    return new TrainedModel(
      model.eval(),
      card,
      transform,
      path,
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
    const logits = this.run(images);
    const required = [images.size(0), classes.length];
    if (!sameShape(logits.shape, required))
      throw new CheckpointError(
        this.path,
        `gives ${formatShape(logits.shape)}, but ${formatShape(required)} are required for the classes in model.json`,
      );
    if (!allFinite(await logits.dataAsync()))
      throw new CheckpointError(
        this.path,
        'gives NaN or ∞ instead of scores: the weights are damaged, or the transform in model.json makes such inputs',
      );
    return logits;
  }

  /** The picture in a file, or in its bytes, in the colours that the model takes. */
  private async read(picture: string | Uint8Array): Promise<Image> {
    return await decode(picture, { mode: this.card.inputShape[0] === 1 ? 'grey' : 'rgb' });
  }

  /** Whether a picture is dark on light where the model was trained on light on dark, or the other way round. */
  private looksInverted(image: Image): boolean {
    const { background } = this.card;
    const own = background === undefined ? null : backgroundOf(image);
    return own !== null && own !== background;
  }

  /** What the network is given of the picture in a file, or in its bytes: `[1, C, H, W]`. @throws DataError when it is no picture that can be read */
  async input(picture: string | Uint8Array): Promise<Tensor> {
    return this.inputOf(await this.read(picture), nameOf(picture));
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

  /** The `top` most probable classes of a picture, the best first; errors name its `path`. */
  private async classify(image: Image, top: number, path: string): Promise<Prediction[]> {
    const { classes } = this.card;
    const logits = await this.logits(this.inputOf(image, path));
    const probabilities = await logits.softmax(1).dataAsync();
    return classes
      .map((name, i) => ({ class: name, probability: probabilities[i] ?? 0 }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, top);
  }

  /** What the picture in a file, or in its bytes, shows. @throws DataError when it is no picture that can be read */
  async predict(
    picture: string | Uint8Array,
    ...given: [options?: PredictOptions]
  ): Promise<PictureResult> {
    const { top = this.card.classes.length, invert: when = 'no' } = readOptions(given);
    if (!Number.isInteger(top) || top < 1)
      throw new ValueError('predict', `top=${show(top)} must be a whole number ≥ 1`);
    requireOneOf('predict', 'invert', when, ['yes', 'auto', 'no']);
    const image = await this.read(picture);
    const looksInverted = this.looksInverted(image);
    const inverted = when === 'yes' || (when === 'auto' && looksInverted);
    const predictions = await this.classify(inverted ? invert(image) : image, top, nameOf(picture));
    return { predictions, looksInverted, inverted };
  }
}

/** What errors call a picture. */
function nameOf(picture: string | Uint8Array): string {
  return typeof picture === 'string' ? picture : 'image';
}

/** The weights as the run wrote them, to the bit. */
async function loadWeights(path: string): Promise<StateDict> {
  const { tensors, checked } = await loadSafetensors(path);
  if (!checked)
    throw new CheckpointError(
      path,
      'has no checksum, which every checkpoint of a run has; it was changed, or written by an older version of wick',
    );
  for (const [name, tensor] of tensors)
    if (isFloat(tensor.dtype) && !allFinite(tensor.data))
      throw new CheckpointError(
        path,
        `tensor ${quote(name)} holds NaN or ∞: the training went wrong, and the model can be of no use`,
      );
  return new Map(tensors);
}

/** The network that model.json describes, which may take no more memory than its weights do. */
function makeModel(
  run: RunFolder,
  card: ModelCard,
  weights: StateDict,
  file: RecipeFile | null,
): Module {
  let bytes = 0;
  for (const { data } of weights.values()) bytes += data.byteLength;
  const limited = () => withinBudget(2 * bytes + makingBytes, () => networkOfCard(card, file));
  if (card.code?.gives.includes('model')) return limited(); // an error is the recipe file's
  // Parameters, and as much again while layers are put together.
  return asField(run, 'architecture', () => limited());
}

function makeTransform(
  run: RunFolder,
  { transform: json, code, inputShape }: ModelCard,
  file: RecipeFile | null,
): ImageTransform {
  if (file !== null && code?.gives.includes('transform')) {
    const made = transformsOf(file, () => inputShape[1]);
    if (made !== null) return made.eval;
    throw new DataError(
      run.path,
      `was trained with transforms of ${code.path}, which has none now`,
    );
  }
  return asField(run, 'transform', () => {
    const transform: ImageTransform = transformFromJSON(json);
    if (transform.takes === 'tensor' || transform.gives !== 'tensor')
      throw new DataError(run.file('model.json'), 'must make a tensor of a picture, by ToTensor');
    return transform;
  });
}

/** What is wrong with a part of model.json, with the name of its field. */
function asField<T>(run: RunFolder, field: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof WickError)) throw cause;
    const what = cause instanceof DataError ? cause.detail : cause.message;
    throw new DataError(run.file('model.json'), `field '${field}': ${what}`, { cause });
  }
}
