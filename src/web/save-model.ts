import { ValueError } from '../core/errors.js';
import { encodeSafetensors } from '../io/safetensors/encode.js';
import type { Module } from '../nn/module.js';
import { CARD } from '../runs/card-key.js';
import type { Architecture } from '../vision/models/registry.js';
import type { TransformJson } from '../vision/transforms/transform.js';
import { readPageCard } from './model-card.js';

/** What a model's file says of it besides its weights. */
export interface ModelDescription {
  /** The network's name in the table of models, and the options that it was made with. */
  readonly architecture: Architecture;
  /** `[C, H, W]` of one input. */
  readonly inputShape: readonly [channels: number, height: number, width: number];
  /** Class names by number. */
  readonly classes: readonly string[];
  /** The evaluation transform, picture → input. */
  readonly transform: { toJSON(): TransformJson };
  /** Under which terms the model may be used. */
  readonly license?: string;
}

/**
 * The bytes of a model file, `model.wick`, as `wick export` writes it: `Classifier.load` here, and `wick predict` and
 * `Classifier.load` in Node read them.
 *
 * @example
 * const file = await saveModel(network, { architecture, inputShape: [3, 64, 64], classes, transform });
 * link.href = URL.createObjectURL(file);
 */
export async function saveModel(network: Module, description: ModelDescription): Promise<Blob> {
  const { transform, ...rest } = description;
  const card = { format: 'wick-model/1', ...rest, transform: transform.toJSON() };
  readPageCard(card, (detail) => new ValueError('saveModel', detail));
  const parts = await encodeSafetensors(network.stateDict(), { [CARD]: JSON.stringify(card) });
  return new Blob(parts.map((bytes) => bytes.slice())); // of a network that learned by threads they are shared memory, which a Blob refuses
}
