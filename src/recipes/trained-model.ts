/** A finished run made ready to be used: its network with the best weights, its classes and its transform. */
import { CheckpointError } from '../core/errors.js';
import { Rng } from '../core/rng.js';
import { type ModelCard, readModelCard } from '../io/model-card.js';
import type { RunFolder } from '../io/run-folder.js';
import { loadSafetensors } from '../io/safetensors.js';
import type { Module } from '../nn/module.js';
import { fromArray } from '../tensor/creation.js';
import { noGrad } from '../tensor/grad-mode.js';
import { decode } from '../vision/codecs/decode.js';
import type { ImageTransform } from '../vision/datasets/image-transform.js';
import { createModel } from '../vision/models/registry.js';
import { transformFromJSON } from '../vision/transforms/registry.js';

/** A class with its probability, 0–1. */
export interface Prediction {
  readonly class: string;
  readonly probability: number;
}

export class TrainedModel {
  private constructor(
    readonly model: Module,
    readonly card: ModelCard,
    /** Picture → input, as the run stored it. */
    readonly transform: ImageTransform,
  ) {}

  /** Loads the best weights of a run, in evaluation mode. */
  static async load(run: RunFolder): Promise<TrainedModel> {
    const card = await readModelCard(run);
    const model = createModel(card.architecture);
    const path = run.checkpoint('best');
    const { tensors } = await loadSafetensors(path);
    try {
      model.loadStateDict(tensors);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new CheckpointError(path, `does not fit model.json (${message})`, { cause });
    }
    const transform = transformFromJSON(card.transform) as ImageTransform; // as it was when the run wrote it
    return new TrainedModel(model.eval(), card, transform);
  }

  /** The `top` most probable classes of the picture in a file, the best first. */
  async predict(path: string, top: number): Promise<Prediction[]> {
    const [channels] = this.card.inputShape;
    const image = await decode(path, { mode: channels === 1 ? 'grey' : 'rgb' });
    const input = this.transform.apply(image, new Rng(0));
    const logits = noGrad(() => this.model.forward(fromArray(input.data, [1, ...input.shape])));
    const probabilities = logits.softmax(1).data;
    return this.card.classes
      .map((name, i) => ({ class: name, probability: probabilities[i] ?? 0 }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, top);
  }
}
