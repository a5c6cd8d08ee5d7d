/** How the state of a training is put together, and how a training takes one over. */
import { CheckpointError, internalError, ValueError } from '../core/errors.js';
import type { DataLoaderState } from '../data/dataloader.js';
import type { Optimizer } from '../optim/optimizer.js';
import type { OptimizerState } from '../optim/optimizer-state.js';
import { defaultGenerator } from '../tensor/generator.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Callback } from './callback.js';
import type { TrainerFacts } from './facts-schema.js';
import { Position } from './position.js';
import type { Batches, TrainerOptions } from './trainer-options.js';
import type { CallbackState, TrainerState } from './trainer-state.js';

/** The states of all loaders of a training that have one. */
export interface LoaderStates {
  readonly train?: DataLoaderState | undefined;
  readonly val?: DataLoaderState | undefined;
  readonly test?: DataLoaderState | undefined;
}

/** Asks each loader where it is. What has no seed yet draws it now, so that the moment of a checkpoint changes nothing. */
export async function loaderStates(options: TrainerOptions): Promise<LoaderStates> {
  await defaultGenerator.toCome();
  const state = (loader: Batches | undefined) => loader?.stateDict?.();
  const [train, val, test] = [options.trainLoader, options.valLoader, options.testLoader].map(
    state,
  );
  return { ...(train && { train }), ...(val && { val }), ...(test && { test }) };
}

/** Throws where a checkpoint could not hold all that it needs. */
export function requireTakeable({ trainLoader, scheduler, callbacks = [] }: TrainerOptions): void {
  if (trainLoader.stateDict === undefined)
    throw new ValueError(
      'Trainer',
      'the training loader has no stateDict(), so that no checkpoint can say where it is; use a DataLoader',
    );
  if (scheduler !== undefined && scheduler.stateDict === undefined)
    throw new ValueError(
      'Trainer',
      'the scheduler has no stateDict(), so that no checkpoint can hold it; give it one, and loadStateDict()',
    );
  const taken = new Set<string>();
  for (const callback of callbacks)
    if (callback.stateDict !== undefined) taken.add(requireKey(callback, taken));
}

export async function takeState(
  options: TrainerOptions,
  position: Position,
  { train, val, test }: LoaderStates,
  durationMs: number,
): Promise<TrainerState> {
  requireTakeable(options);
  if (train === undefined) throw internalError('the place of the training loader is not known');
  const { model, optimizer, scheduler, callbacks = [] } = options;
  const states = new Map<string, CallbackState>();
  for (const callback of callbacks) {
    const { stateKey } = callback;
    if (stateKey === undefined || callback.stateDict === undefined) continue;
    states.set(stateKey, await callback.stateDict());
  }
  return {
    facts: {
      format: 'wick-training/1',
      ...position.facts(),
      durationMs,
      batchesPerEpoch: options.trainLoader.length,
      optimizer: optimizer.constructor.name,
      loaders: { train, ...(val && { val }), ...(test && { test }) },
    },
    model: model.stateDict(),
    bestWeights: position.bestWeights,
    optimizer: optimizer.stateDict(),
    scheduler: scheduler?.stateDict?.() ?? null,
    generator: defaultGenerator.state,
    callbacks: states,
  };
}

/**
 * Brings model, optimizer and loaders to the state; returns how far it is. Callbacks come next. Where `startLr` is given the
 * optimizer keeps its options, and its rate is to that as the state's is to the one that it started with.
 */
export function restoreState(
  options: TrainerOptions,
  state: TrainerState,
  startLr: number | null = null,
): Position {
  const { model, optimizer, scheduler } = options;
  const { facts } = state;
  requireSame('the optimizer', facts.optimizer, optimizer.constructor.name);
  requireSame('batches per epoch', facts.batchesPerEpoch, options.trainLoader.length);
  requireSame(
    'a scheduler',
    state.scheduler === null ? 'none' : 'one',
    scheduler === undefined ? 'none' : 'one',
  );
  model.loadStateDict(state.model);
  const own = optimizer.stateDict().paramGroups;
  optimizer.loadStateDict(state.optimizer);
  if (startLr !== null) {
    keepOptions(optimizer, own);
    scaleRates(optimizer, facts.startLr === 0 ? 1 : startLr / facts.startLr);
  }
  if (state.scheduler !== null) scheduler?.loadStateDict?.(state.scheduler);
  restoreLoaders(options, facts.loaders);
  noGrad(() => defaultGenerator.state.copy_(state.generator));
  return Position.from(facts, state.bestWeights);
}

/** Returns what nobody has taken: states of callbacks that are not there any more. */
export async function restoreCallbacks(
  callbacks: readonly Callback[],
  states: TrainerState['callbacks'],
): Promise<readonly string[]> {
  const left = new Set(states.keys());
  for (const callback of callbacks) {
    const own = callback.stateKey === undefined ? undefined : states.get(callback.stateKey);
    if (own !== undefined) await callback.loadStateDict?.(own);
    if (callback.stateKey !== undefined) left.delete(callback.stateKey);
  }
  return [...left];
}

/** Those that measure start from where the epoch has them; the training loader comes last, for it may be one of them. */
function restoreLoaders(
  options: TrainerOptions,
  { train, val, test }: TrainerFacts['loaders'],
): void {
  if (val !== undefined) options.valLoader?.loadStateDict?.(val);
  if (test !== undefined) options.testLoader.loadStateDict?.(test);
  if (options.trainLoader.loadStateDict === undefined)
    throw new ValueError('Trainer', 'the training loader has no loadStateDict(); use a DataLoader');
  options.trainLoader.loadStateDict(train);
}

/** The last checkpoint that a callback has kept. */
export async function lastState(callbacks: readonly Callback[]): Promise<TrainerState | null> {
  for (const callback of callbacks) {
    const state = await callback.lastState?.();
    if (state != null) return state;
  }
  return null;
}

/** Multiplies all learning rates. Schedules that set theirs anew, from what they were made with, do not keep it. */
export function scaleRates({ paramGroups }: Optimizer, factor: number): void {
  for (const group of paramGroups) group.lr *= factor;
}

/** Puts back all options but learning rates. */
function keepOptions(optimizer: Optimizer, own: OptimizerState['paramGroups']): void {
  const { state, paramGroups } = optimizer.stateDict();
  const kept = own.map((group, i) => {
    const { lr = group.lr, initialLr } = paramGroups[i] ?? {};
    return { ...group, lr, ...(initialLr !== undefined && { initialLr }) };
  });
  optimizer.loadStateDict({ state, paramGroups: kept });
}

/** Where the training loader is. */
export function trainingLoader(loader: Batches): LoaderStates {
  const train = loader.stateDict?.();
  return train === undefined ? {} : { train };
}

/** Where it is when the epoch that it is in is over, also where a callback has ended that early. */
export function atNextEpoch(loader: Batches): LoaderStates {
  const { train } = trainingLoader(loader);
  if (train === undefined || train.batch === 0) return trainingLoader(loader);
  return { train: { ...train, epoch: train.epoch + 1, batch: 0 } };
}

function requireKey({ stateKey }: Callback, taken: ReadonlySet<string>): string {
  if (stateKey !== undefined && !taken.has(stateKey)) return stateKey;
  throw new ValueError(
    'Trainer',
    stateKey === undefined
      ? 'a callback has stateDict() but no stateKey, by which a checkpoint finds it again; give it one'
      : `two callbacks have the stateKey '${stateKey}'; give each its own`,
  );
}

function requireSame(what: string, then: string | number, now: string | number): void {
  if (then === now) return;
  throw new CheckpointError(
    'Trainer',
    `${what} was ${then} when the checkpoint was made and is ${now} now; go on with what it was made with`,
  );
}
