import { GradCAM } from '../explain/grad-cam.js';
import { normalize } from '../explain/overlay.js';
import { type PictureResult, type PredictQuery, ranked } from '../runs/predict-options.js';
import { seenPicture } from '../runs/seen-picture.js';
import { viewCount, withViews } from '../runs/test-time-views.js';
import { TrainedModel } from '../runs/trained-model.js';
import { zeros } from '../tensor/creation.js';
import { encodePng } from '../vision/codecs/sharp.js';
import { AtMost } from './at-most.js';
import { Batcher, batchSizes } from './batcher.js';

/** Pictures that are decoded at a time, of all models: as many as may lie in memory at their full size. */
const decoding = new AtMost(8);

/** Explanations at a time: each keeps the network busy for as long as a few answers take. */
const explaining = new AtMost(1);

/** Where a model saw its reasons for a class. */
export interface Explanation {
  readonly label: string;
  readonly probability: number;
  /** What the network was given of the picture, a PNG. */
  readonly png: Uint8Array;
  /** How much each place of it speaks for the class, 0–1, row by row. */
  readonly heatmap: { readonly height: number; readonly width: number; readonly values: number[] };
}

export interface ServedModelOptions {
  readonly recipe?: string | undefined;
  readonly onBatch?: (size: number) => void;
}

/** A model that is loaded, compiled, and answers many at once. */
export class ServedModel {
  private readonly batcher: Batcher;

  private constructor(
    readonly name: string,
    readonly trained: TrainedModel,
    readonly loadedAt: Date,
    onBatch: ServedModelOptions['onBatch'],
  ) {
    this.batcher = new Batcher((inputs) => trained.probabilities(inputs), onBatch);
  }

  /** Loads a run or a model file, and makes it ready for batches of all sizes. @throws DataError or CheckpointError */
  static async load(
    name: string,
    path: string,
    { recipe, onBatch }: ServedModelOptions,
  ): Promise<ServedModel> {
    const trained = (await TrainedModel.load(path, { recipe })).compile();
    for (const size of batchSizes) await trained.logits(zeros([size, ...trained.card.inputShape]));
    return new ServedModel(name, trained, new Date(), onBatch);
  }

  get classes(): readonly string[] {
    return this.trained.card.classes;
  }

  /** Inputs that wait for the network. */
  get waiting(): number {
    return this.batcher.length;
  }

  /** What a picture shows. @throws DataError where it is none; the signal's reason once it is aborted */
  async predict(
    picture: Uint8Array,
    query: PredictQuery,
    signal: AbortSignal,
  ): Promise<PictureResult> {
    const { input, ...looks } = await this.prepare(picture, query.invert, signal);
    const { tta } = query;
    if (tta === null) {
      const row = await this.batcher.add(input, signal);
      return { ...ranked(this.classes, row, query), ...looks };
    }
    const views = withViews(input, tta);
    const rows = await Promise.all(
      Array.from({ length: viewCount(tta) }, (_, n) =>
        this.batcher.add(views.narrow(0, n, 1), signal),
      ),
    );
    const means = this.classes.map((_, k) => mean(rows.map((row) => row[k] ?? 0)));
    return { ...ranked(this.classes, means, query), ...looks };
  }

  /** Grad-CAM of a picture for one of `classes`, or for the most probable one. @throws as `predict` */
  async explain(
    picture: Uint8Array,
    { invert }: PredictQuery,
    label: string | null,
    signal: AbortSignal,
  ): Promise<Explanation> {
    const { input } = await this.prepare(picture, invert, signal);
    const row = await this.batcher.add(input, signal);
    return await explaining.run(async () => {
      signal.throwIfAborted();
      const { model, transform } = this.trained;
      const target = label === null ? row.indexOf(Math.max(...row)) : this.classes.indexOf(label);
      const { heatmap } = new GradCAM(model).attribute(input, { target });
      const [, height = 0, width = 0] = heatmap.shape;
      const values = Array.from(normalize(heatmap).data, (v) => Number(v.toFixed(3)));
      return {
        label: this.classes[target] ?? '',
        probability: row[target] ?? 0,
        png: await encodePng(seenPicture(transform, input.squeeze(0))),
        heatmap: { height, width, values },
      };
    });
  }

  private async prepare(picture: Uint8Array, when: PredictQuery['invert'], signal: AbortSignal) {
    return await decoding.run(async () => {
      signal.throwIfAborted();
      return await this.trained.prepare(picture, when);
    });
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
