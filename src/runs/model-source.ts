/** A trained model as it lies on disk: in the folder of a run, or in a file of its own. */
import { stat } from 'node:fs/promises';
import { CheckpointError, DataError, type WickError } from '../core/errors.js';
import { loadSafetensors } from '../io/safetensors.js';
import type { StateDict } from '../nn/module.js';
import { type ModelCard, parseModelCard, readModelCard } from './model-card.js';
import { isAddress, ModelFile, type ModelSource, readModelFile } from './model-file.js';
import { type Checkpoint, RunFolder } from './run-folder.js';
import { requireSound } from './weighted-network.js';

/** What `path` names: a file, here or at an address, or else a run's folder. @throws DataError where it is neither, naming runs that are there */
export async function openModel(path: ModelSource | string): Promise<ModelSource> {
  if (typeof path !== 'string') return path;
  if (isAddress(path)) return new ModelFile(path);
  const status = await stat(path).catch(() => null);
  return status?.isFile() ? new ModelFile(path) : await RunFolder.open(path);
}

/** The card of a model. */
export interface StoredCard {
  readonly card: ModelCard;
  /** What messages call the card. */
  readonly cardName: string;
  /** The error that says what is wrong with a field of the card. */
  readonly wrongField: (field: string, cause: WickError) => WickError;
}

/** A model as it is stored. */
export interface StoredModel extends StoredCard {
  /** To the bit as they were written, and finite. */
  readonly weights: StateDict;
  /** The file that they are in. */
  readonly weightsPath: string;
  readonly checkpoint: Checkpoint;
}

/** Reads the card alone, which of a file is read with its weights. */
export async function readCard(source: ModelSource): Promise<ModelCard> {
  return (await readStoredCard(source)).card;
}

/** The same, with what tells of its faults. */
export async function readStoredCard(source: ModelSource): Promise<StoredCard> {
  return source instanceof ModelFile ? await fromFile(source) : await cardOfRun(source);
}

/** Reads card and weights. @throws DataError or CheckpointError that says what is missing or damaged */
export async function readModel(source: ModelSource): Promise<StoredModel> {
  return source instanceof ModelFile ? await fromFile(source) : await fromRun(source);
}

async function fromFile(file: ModelFile): Promise<StoredModel> {
  const { path } = file;
  const fail = (detail: string, cause?: unknown) => new CheckpointError(path, detail, { cause });
  const { card, weights, checked } = await readModelFile(file);
  requireSound(path, weights, checked);
  return {
    card: parseModelCard(card, fail),
    cardName: 'its description',
    weights,
    weightsPath: path,
    checkpoint: 'best',
    wrongField: (field, cause) => fail(`field '${field}': ${reasonOf(cause)}`, cause),
  };
}

async function fromRun(run: RunFolder): Promise<StoredModel> {
  const stored = await cardOfRun(run);
  const checkpoint = await run.bestCheckpoint();
  const weightsPath = run.checkpoint(checkpoint);
  const { tensors, checked } = await loadSafetensors(weightsPath);
  requireSound(weightsPath, tensors, checked);
  return { ...stored, weights: new Map(tensors), weightsPath, checkpoint };
}

async function cardOfRun(run: RunFolder): Promise<StoredCard> {
  return {
    card: await readModelCard(run),
    cardName: 'model.json',
    wrongField: (field, cause) =>
      new DataError(run.file('model.json'), `field '${field}': ${reasonOf(cause)}`, { cause }),
  };
}

function reasonOf(cause: WickError): string {
  return cause instanceof DataError ? cause.detail : cause.message;
}
