/** Files that `wick export` wrote, which say themselves what they hold. */
import { CheckpointError, ValueError } from '../core/errors.js';
import { quote, quoteAll } from '../core/outside-text.js';
import type { ImageTransform } from '../vision/datasets/image-transform.js';
import { transformFromJSON } from '../vision/transforms/registry.js';
import { ModelFile, saysItsModel } from './model-file.js';
import { readCard } from './model-source.js';
import { TrainedModel } from './trained-model.js';

/** What the user says of a file. */
export interface Claims {
  readonly model?: string | undefined;
  readonly classes?: readonly string[] | undefined;
  readonly inChannels?: number | undefined;
  readonly imageSize?: number | undefined;
  readonly transform?: ImageTransform | undefined;
}

/** The model in a safetensors file with a description; null for weights alone. @throws ValueError for options that contradict it */
export async function readDescribed(file: string, options: Claims): Promise<TrainedModel | null> {
  if (!/\.(safetensors|wick)$/i.test(file) || !(await saysItsModel(file))) return null;
  const asItIs = 'wick predict, wick evaluate and Classifier.load take it as it is';
  if (/\.wick$/i.test(file)) throw new CheckpointError(file, `is a model file already; ${asItIs}`);
  const source = new ModelFile(file);
  const card = await readCard(source);
  if (card.code !== undefined)
    throw new CheckpointError(
      file,
      `was trained by code in ${quote(card.code.path)}, which an import does not run; ${asItIs}, with that file as the recipe`,
    );
  const [inChannels, imageSize] = card.inputShape;
  const { architecture, classes } = card;
  const transform: ImageTransform = transformFromJSON(card.transform);
  const model = architecture.name;
  requireSame(file, { model, classes, inChannels, imageSize, transform }, options);
  return await TrainedModel.load(source);
}

/** @throws ValueError for a claim that contradicts what a file says of itself, as far as it says anything */
export function requireSame(file: string, said: Claims, given: Claims): void {
  for (const name of ['model', 'classes', 'inChannels', 'imageSize', 'transform'] as const) {
    const [text, own] = [given, said].map((claims) => JSON.stringify(claims[name]));
    if (text === undefined || own === undefined || text === own) continue;
    const [ours, theirs] = [shown(given[name]), shown(said[name])];
    throw new ValueError(
      'importModel',
      `${name}=${ours} contradicts ${file}, which says ${theirs} of itself; leave it out`,
    );
  }
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return quoteAll(value);
  const isPlain = typeof value === 'string' || typeof value === 'number';
  return isPlain ? String(value) : quote(JSON.stringify(value));
}
