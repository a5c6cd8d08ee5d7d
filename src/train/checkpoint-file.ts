/** A training's state as one safetensors file: tensors by prefixed names, everything else as JSON in the metadata. */
import { z } from 'zod';
import { CheckpointError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import { writeFileAtomic } from '../io/atomic.js';
import { checkJson } from '../io/json-file.js';
import { encodeSafetensors, loadSafetensors } from '../io/safetensors.js';
import type { OptimizerState } from '../optim/optimizer-state.js';
import type { Tensor } from '../tensor/tensor.js';
import { registerCheckpointReader } from './checkpoint-reader.js';
import { factsSchema } from './facts-schema.js';
import type { CallbackState, TrainerState } from './trainer-state.js';

const metadataKey = 'wick.training';

const object = z.record(z.string(), z.unknown());

const schema = z.object({
  facts: factsSchema,
  scheduler: object.nullable(),
  paramGroups: z.array(object),
  hasBest: z.boolean(),
  callbacks: z.record(z.string(), z.unknown()),
});

/** The bytes of a checkpoint, in the parts that make it up. */
export function encodeCheckpoint(state: TrainerState): Promise<Uint8Array[]> {
  const { facts, model, bestWeights, optimizer, scheduler, generator, callbacks } = state;
  const tensors = new Map<string, Tensor>([['generator', generator]]);
  const add = (prefix: string, named: Iterable<readonly [string, Tensor]>) => {
    for (const [key, tensor] of named) tensors.set(`${prefix}/${key}`, tensor);
  };
  add('model', model);
  add('best', bestWeights ?? []);
  for (const [number, state] of Object.entries(optimizer.state))
    add(`optimizer/${number}`, Object.entries(state));
  for (const [key, state] of callbacks) add(`callback/${key}`, state.tensors ?? []);
  const described: z.infer<typeof schema> = {
    facts,
    scheduler: scheduler === null ? null : { ...scheduler },
    paramGroups: optimizer.paramGroups.map((group) => ({ ...group })),
    hasBest: bestWeights !== null,
    callbacks: Object.fromEntries([...callbacks].map(([key, { data }]) => [key, data ?? null])),
  };
  return encodeSafetensors(tensors, { [metadataKey]: JSON.stringify(described) });
}

/**
 * Writes a checkpoint whole or not at all. The file that was there before stays until the new one has been read back.
 *
 * @throws DataError with the reason where it cannot be written
 */
export async function writeCheckpoint(path: string, state: TrainerState): Promise<void> {
  const parts = await encodeCheckpoint(state);
  await writeFileAtomic(path, parts, { makeFolders: false, check: requireWhole });
}

/** Throws unless the file at `path` reads as it was written. */
export async function requireWhole(path: string): Promise<void> {
  await loadSafetensors(path);
}

/** Reads a checkpoint. @throws CheckpointError where it is missing, damaged or of something else */
export async function readCheckpoint(path: string): Promise<TrainerState> {
  const { tensors, metadata } = await loadSafetensors(path);
  const text = Object.hasOwn(metadata, metadataKey) ? metadata[metadataKey] : undefined;
  const generator = tensors.get('generator');
  if (text === undefined || generator === undefined)
    throw new CheckpointError(
      path,
      'holds no state of a training: its weights can be loaded, but nothing can go on from it',
    );
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(path, `its ${quote(metadataKey)} is no JSON`, { cause });
  }
  const advice = 'it was changed, or comes from another version of wick';
  const { facts, scheduler, paramGroups, hasBest, callbacks } = checkJson(
    path,
    schema,
    json,
    advice,
  );
  const under = (prefix: string) => {
    const start = `${prefix}/`;
    return new Map(
      [...tensors].flatMap(([key, tensor]): [string, Tensor][] =>
        key.startsWith(start) ? [[key.slice(start.length), tensor]] : [],
      ),
    );
  };
  const states: Record<number, Record<string, Tensor>> = {};
  for (const [key, tensor] of under('optimizer')) {
    const [number = '', name = ''] = key.split('/');
    const state = states[Number(number)] ?? {};
    states[Number(number)] = state;
    state[name] = tensor;
  }
  return {
    facts,
    scheduler,
    generator,
    model: under('model'),
    bestWeights: hasBest ? under('best') : null,
    // What is in the groups is checked by the optimizer that loads them.
    optimizer: {
      state: states,
      paramGroups: paramGroups as unknown as OptimizerState['paramGroups'],
    },
    callbacks: new Map(
      Object.entries(callbacks).map(([key, data]): [string, CallbackState] => [
        key,
        { data, tensors: under(`callback/${key}`) },
      ]),
    ),
  };
}

registerCheckpointReader(readCheckpoint);
