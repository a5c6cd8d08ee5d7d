/** A model's bytes, ready to answer. */
import { CheckpointError, reasonOf, WickError } from '../core/errors.js';
import { decodeSafetensors } from '../io/safetensors/decode.js';
import { skipInit } from '../nn/init.js';
import { CARD } from '../runs/card-key.js';
import type { PageCard } from '../runs/page-card.js';
import { Scorer } from '../runs/scorer.js';
import { loadWeights, requireFits, requireSound, withinWeights } from '../runs/weighted-network.js';
import { createModel } from '../vision/models/registry.js';
import { transformFromJSON } from '../vision/transforms/registry.js';
import { readPageCard } from './model-card.js';

export interface ReadModel {
  readonly card: PageCard;
  readonly scorer: Scorer;
}

/** Reads `model.wick`, which errors call `name`. @throws CheckpointError when it is damaged, or holds no model that a page can run */
export async function readModel(bytes: Uint8Array, name: string): Promise<ReadModel> {
  const fail = (detail: string, cause?: unknown) => new CheckpointError(name, detail, { cause });
  const { tensors, metadata, checked } = await decodeSafetensors(bytes, name);
  const text = metadata[CARD];
  if (text === undefined)
    throw fail('holds weights, but does not say what of; wick export --format wick says it');
  requireSound(name, tensors, checked);
  const card = readPageCard(parsed(text, fail), fail);
  const stored = { weightsPath: name, cardName: 'its description' };
  const part = <T>(field: string, make: () => T): T => {
    try {
      return make();
    } catch (cause) {
      if (!(cause instanceof WickError)) throw cause;
      throw fail(`field '${field}': ${cause.message}`, cause);
    }
  };
  const { architecture } = card;
  const network = part('architecture', () =>
    withinWeights(tensors, () =>
      requireFits(
        skipInit(() => createModel(architecture)),
        card,
      ),
    ),
  );
  loadWeights(network, tensors, stored);
  const transform = part('transform', () => transformFromJSON(card.transform));
  if (transform.takes === 'tensor' || transform.gives !== 'tensor')
    throw fail("field 'transform' must make a tensor of a picture, by ToTensor");
  return { card, scorer: new Scorer(network.eval(), card, transform, stored) };
}

function parsed(text: string, fail: (detail: string, cause: unknown) => Error): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fail(`its description is no JSON (${reasonOf(cause)})`, cause);
  }
}
