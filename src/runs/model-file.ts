/**
 * A model in one file, `model.wick`: a safetensors file whose metadata hold the model's card as JSON under `wick.model`. So what
 * reads weights elsewhere reads these, and what is checked of safetensors (bounds, a checksum over all of it) holds here. It is data
 * only: the card names networks and transforms that wick has, and a recipe file at most by its name, which the user has to give.
 */
import { basename, dirname, extname, join } from 'node:path';
import { CheckpointError } from '../core/errors.js';
import { parseJson } from '../io/json-file.js';
import { decodeSafetensors, loadSafetensors, saveSafetensors } from '../io/safetensors.js';
import type { StateDict } from '../nn/module.js';
import type { Tensor } from '../tensor/tensor.js';
import { CARD } from './card-key.js';
import { fetchModel } from './fetch-model.js';
import type { RunFolder } from './run-folder.js';

/** A trained model as it lies on disk: in the folder of a run, or in a file of its own. */
export type ModelSource = RunFolder | ModelFile;

/** A file with a model, not read yet. */
export class ModelFile {
  constructor(readonly path: string) {}

  get name(): string {
    return basename(this.path, extname(this.path));
  }

  /** Where what is made of the model goes: a folder beside the file, or here, called as it is without its ending. */
  file(...parts: readonly string[]): string {
    return join(isAddress(this.path) ? '.' : dirname(this.path), this.name, ...parts);
  }
}

/** Whether a model is to be fetched. */
export function isAddress(path: string): boolean {
  return /^https?:\/\//i.test(path);
}

/** Writes a model, whole or not at all. */
export async function saveModelFile(
  path: string,
  card: object,
  weights: ReadonlyMap<string, Tensor>,
): Promise<void> {
  await saveSafetensors(path, weights, { [CARD]: JSON.stringify(card) });
}

/** What is in the file; the card is JSON that nobody has checked yet. @throws CheckpointError when it is missing, damaged, or holds no model */
export async function readModelFile({
  path,
}: ModelFile): Promise<{ card: unknown; weights: StateDict; checked: boolean }> {
  if (/\.onnx$/i.test(path))
    throw new CheckpointError(path, 'is a network of ONNX; wick import FILE makes a model of it');
  if (/\.(pth?|th|bin|np[yz])$/i.test(path))
    throw new CheckpointError(path, `may hold weights, but does not say what of; ${importing}`);
  const { tensors, metadata, checked } = isAddress(path)
    ? await decodeSafetensors(await fetchModel(path), path)
    : await loadSafetensors(path);
  const text = metadata[CARD];
  if (text === undefined)
    throw new CheckpointError(path, `holds weights, but does not say what of; ${importing}`);
  const card = parseJson(
    Buffer.from(text),
    (detail, cause) => new CheckpointError(path, `its metadata ${CARD} ${detail}`, { cause }),
  );
  return { card, weights: new Map(tensors), checked };
}

/** Whether a safetensors file says what model its weights are of. @throws CheckpointError when it is missing or damaged */
export async function saysItsModel(path: string): Promise<boolean> {
  return (await loadSafetensors(path)).metadata[CARD] !== undefined;
}

const importing = 'wick import FILE --model NAME --classes a,b,c makes a model of it';
