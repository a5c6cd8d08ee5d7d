import { basename } from 'node:path';
import { DataError } from '../core/errors.js';
import { type ModelCard, parseModelCard } from './model-card.js';
import { ModelFile } from './model-file.js';
import { readRunConfig, readRunData } from './run-config.js';
import type { TrainedModel } from './trained-model.js';

/**
 * The card of a model as a file of its own has it: with what a run keeps in config.json of its data, and without paths of this
 * machine. `license` is told anew where it is given.
 */
export async function portableCard(
  { card, source }: Pick<TrainedModel, 'card' | 'source'>,
  license: string | undefined = card.license,
): Promise<ModelCard> {
  const terms = license === undefined ? {} : { license };
  if (source instanceof ModelFile) return { ...card, ...terms };
  const { recipe, code, choices } = await readRunData(source);
  const { fingerprint } = (await readRunConfig(source)).data;
  const { imageSize, limit, seed } = choices;
  const data = {
    recipe,
    ...(code && { code: withoutFolder(code) }),
    ...(imageSize !== undefined && { imageSize }),
    ...(limit !== undefined && { limit }),
    ...(seed !== undefined && { seed }),
    fingerprint,
  };
  const ofModel = card.code && { code: withoutFolder(card.code) };
  const wrong = (detail: string) => new DataError(source.file('config.json'), detail);
  return parseModelCard({ ...card, ...ofModel, ...terms, data }, wrong);
}

/** Where a recipe file lay is nobody else's business. */
function withoutFolder<C extends { readonly path: string }>(code: C): C {
  return { ...code, path: basename(code.path) };
}
