import type { Tensor } from '../tensor/tensor.js';
import { AtMost } from './at-most.js';
import { Batcher } from './batcher.js';
import {
  type PictureResult,
  type PredictQuery,
  ranked,
  type StopSignal,
} from './predict-options.js';
import type { PreparedPicture } from './scorer.js';
import { type TestTimeViews, viewCount, withViews } from './test-time-views.js';
import type { Picture, TrainedModel } from './trained-model.js';

/** Pictures that are decoded at a time, of all models: as many as may lie in memory at their full size. */
const decoding = new AtMost(8);

/** Answers pictures that come side by side, as in a server: the network takes those together that wait for it. */
export class Answerer {
  private readonly batcher: Batcher;

  constructor(
    readonly trained: TrainedModel,
    /** Told how many inputs the network takes. */
    onBatch?: (size: number) => void,
  ) {
    this.batcher = new Batcher((inputs) => trained.probabilities(inputs), onBatch);
  }

  /** Inputs that wait for the network. */
  get waiting(): number {
    return this.batcher.length;
  }

  /** What a picture shows. @throws DataError where it is none; the signal's reason once it is aborted */
  async examine(picture: Picture, query: PredictQuery): Promise<PictureResult> {
    const { tta, signal } = query;
    const { classes } = this.trained.card;
    const { input, looksInverted, inverted } = await this.prepare(picture, query);
    const row = await (tta === null
      ? this.probabilities(input, signal)
      : this.meanOfViews(input, tta, signal));
    const { predictions, unsure } = ranked(classes, row, query);
    return { predictions, unsure, looksInverted, inverted };
  }

  /** What the network is given of a picture. @throws as `examine` */
  prepare(
    picture: Picture,
    { invert, signal }: Pick<PredictQuery, 'invert' | 'signal'>,
  ): Promise<PreparedPicture> {
    return decoding.run(() => {
      signal?.throwIfAborted();
      return this.trained.prepare(picture, invert);
    });
  }

  /** The probabilities `[K]` of an input `[1, C, H, W]`. */
  probabilities(input: Tensor, signal: StopSignal | undefined): Promise<Float32Array> {
    return this.batcher.add(input, signal);
  }

  /** The means over views of an input. */
  private async meanOfViews(
    input: Tensor,
    tta: TestTimeViews,
    signal: StopSignal | undefined,
  ): Promise<number[]> {
    const views = withViews(input, tta);
    const rows = await Promise.all(
      Array.from({ length: viewCount(tta) }, (_, n) =>
        this.probabilities(views.narrow(0, n, 1), signal),
      ),
    );
    return this.trained.card.classes.map((_, k) => mean(rows.map((row) => row[k] ?? 0)));
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
