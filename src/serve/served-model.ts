import { GradCAM } from '../explain/grad-cam.js';
import { normalize } from '../explain/overlay.js';
import { Answerer } from '../runs/answerer.js';
import { AtMost } from '../runs/at-most.js';
import { batchSizes } from '../runs/batcher.js';
import type { PictureResult, PredictQuery } from '../runs/predict-options.js';
import { seenPicture } from '../runs/seen-picture.js';
import { TrainedModel } from '../runs/trained-model.js';
import { zeros } from '../tensor/creation.js';
import { encodePng } from '../vision/codecs/sharp.js';

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
  private readonly answerer: Answerer;
  private measuredMs = Number.POSITIVE_INFINITY;

  private constructor(
    readonly name: string,
    readonly trained: TrainedModel,
    readonly loadedAt: Date,
    onBatch: ServedModelOptions['onBatch'],
  ) {
    this.answerer = new Answerer(trained, onBatch);
  }

  /** Loads a run or a model file, and makes it ready for batches of all sizes. @throws DataError or CheckpointError */
  static async load(
    name: string,
    path: string,
    { recipe, onBatch }: ServedModelOptions,
  ): Promise<ServedModel> {
    const trained = (await TrainedModel.load(path, { recipe })).compile();
    const model = new ServedModel(name, trained, new Date(), onBatch);
    await model.warm();
    return model;
  }

  /** Milliseconds that the network takes for a picture in a full batch, as they were measured when it was made ready. */
  get inputMs(): number {
    return this.measuredMs;
  }

  /** Makes it ready for batches of all sizes, on the engine as it is now. */
  async warm(): Promise<void> {
    const { card } = this.trained;
    const run = (size: number) => this.trained.logits(zeros([size, ...card.inputShape]));
    for (const size of batchSizes) await run(size);
    const most = Math.max(...batchSizes);
    this.measuredMs = Number.POSITIVE_INFINITY;
    // The least of a few: what else the machine does only makes it longer.
    for (let k = 0; k < 4; k++) {
      const start = performance.now();
      await run(most);
      this.measuredMs = Math.min(this.measuredMs, (performance.now() - start) / most);
    }
  }

  get classes(): readonly string[] {
    return this.trained.card.classes;
  }

  /** Inputs that wait for the network. */
  get waiting(): number {
    return this.answerer.waiting;
  }

  /** What a picture shows. @throws DataError where it is none; the signal's reason once it is aborted */
  examine(picture: Uint8Array, query: PredictQuery): Promise<PictureResult> {
    return this.answerer.examine(picture, query);
  }

  /** Grad-CAM of a picture for one of `classes`, or for the most probable one. @throws as `predict` */
  async explain(
    picture: Uint8Array,
    query: PredictQuery,
    label: string | null,
  ): Promise<Explanation> {
    const { signal } = query;
    const { input } = await this.answerer.prepare(picture, query);
    const row = await this.answerer.probabilities(input, signal);
    return await explaining.run(async () => {
      signal?.throwIfAborted();
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
}
