/** A network with what makes pictures its inputs and scores its answers. Node and browsers share it, so that they answer alike. */
import { compile } from '../compile/compile.js';
import { allFinite } from '../core/all-finite.js';
import { CheckpointError, DataError } from '../core/errors.js';
import { Rng } from '../core/rng.js';
import { formatShape, sameShape } from '../core/shape.js';
import type { Module } from '../nn/module.js';
import { fromArray } from '../tensor/creation.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import type { ImageTransform } from '../vision/datasets/image-transform.js';
import type { Image } from '../vision/image.js';
import { invert } from '../vision/pixels/point.js';
import { backgroundOf } from './background.js';
import type { PageCard } from './page-card.js';
import type { Invert, PictureResult } from './predict-options.js';
import { meanOfViews, type TestTimeViews, withViews } from './test-time-views.js';

/** A picture as the network takes it. */
export interface PreparedPicture extends Pick<PictureResult, 'looksInverted' | 'inverted'> {
  /** `[1, C, H, W]` */
  readonly input: Tensor;
}

/** What a network makes of inputs `[N, C, H, W]`, each `[N, K]`. One step gives both: a softmax of its own would take a tenth of a small network's time. */
type Scores = { readonly logits: Tensor; readonly probabilities: Tensor };

/** The part of a model's card by which pictures are answered. */
export type AnsweringCard = Pick<PageCard, 'classes' | 'inputShape' | 'background' | 'temperature'>;

/** What errors call the file with the weights, and the card. */
export interface StoredNames {
  readonly weightsPath: string;
  readonly cardName: string;
}

export class Scorer {
  private run = (images: Tensor): Scores =>
    noGrad(() => {
      const logits = this.checked(this.model(images), images);
      return { logits, probabilities: this.calibrated(logits).softmax(1) };
    });

  constructor(
    /** In evaluation mode. */
    readonly model: Module,
    private readonly card: AnsweringCard,
    readonly transform: ImageTransform,
    private readonly stored: StoredNames,
  ) {}

  /** How the network takes pictures: `grey` of one channel, `rgb` of three. */
  get mode(): 'grey' | 'rgb' {
    return this.card.inputShape[0] === 1 ? 'grey' : 'rgb';
  }

  /** Records the network at its first run, and replays that. */
  compile(): void {
    this.run = compile(this.run);
  }

  /** Inputs `[N, C, H, W]` → logits `[N, K]`, one for each class. @throws CheckpointError when they are not that */
  async logits(images: Tensor): Promise<Tensor> {
    return (await this.scores(images)).logits;
  }

  /** Scores `[N, K]` → what probabilities are the softmax of: the scores by the temperature that the run was calibrated with. */
  calibrated(logits: Tensor): Tensor {
    const { temperature } = this.card;
    return temperature === undefined ? logits : logits.div(temperature);
  }

  /** Inputs `[N, C, H, W]` → probabilities `[N, K]`, the means over `tta` views of each. */
  async probabilities(images: Tensor, tta: TestTimeViews | null): Promise<Tensor> {
    const { probabilities } = await this.scores(tta === null ? images : withViews(images, tta));
    return tta === null ? probabilities : meanOfViews(probabilities, tta);
  }

  /** @throws CheckpointError as `logits` */
  private async scores(images: Tensor): Promise<Scores> {
    const scores = this.run(images);
    if (allFinite(await scores.logits.dataAsync())) return scores;
    const { weightsPath, cardName } = this.stored;
    throw new CheckpointError(
      weightsPath,
      `gives NaN or ∞ instead of scores: the weights are damaged, or the transform in ${cardName} makes such inputs`,
    );
  }

  /** Logits that are one for each class. */
  private checked(logits: Tensor, images: Tensor): Tensor {
    const { weightsPath, cardName } = this.stored;
    const required = [images.size(0), this.card.classes.length];
    if (sameShape(logits.shape, required)) return logits;
    throw new CheckpointError(
      weightsPath,
      `gives ${formatShape(logits.shape)}, but ${formatShape(required)} are required for the classes in ${cardName}`,
    );
  }

  /** What the network is given of a picture of its `mode`, which errors call `name`. */
  prepare(image: Image, when: Invert, name: string): PreparedPicture {
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

  private inputOf(image: Image, name: string): Tensor {
    const { inputShape } = this.card;
    const input = this.transform.apply(image, new Rng(0));
    if (!sameShape(input.shape, inputShape))
      throw new DataError(
        name,
        `becomes ${formatShape(input.shape)} by the model's transform, but the model takes ${formatShape(inputShape)}`,
      );
    return fromArray(input.data, [1, ...input.shape]);
  }
}
