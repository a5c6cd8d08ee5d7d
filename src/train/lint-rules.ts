/** What `lint` looks for. Each rule says what is wrong, why that matters and what to do, or null. */
import { counted } from '../core/counted.js';
import { Subset } from '../data/subset.js';
import type { Module } from '../nn/module.js';
import type { Optimizer } from '../optim/optimizer.js';
import type { Tensor } from '../tensor/tensor.js';

/** What is looked at. */
export interface Looked {
  readonly model: Module;
  readonly optimizer: Optimizer;
  readonly trainLoader: object | undefined;
  readonly heldOutLoaders: readonly object[];
}

export type LintRule =
  | 'constant-output'
  | 'constant-schedule'
  | 'dead-relu'
  | 'eval-mode'
  | 'frozen-statistics'
  | 'learning-rate'
  | 'no-group'
  | 'random-evaluation'
  | 'test-selection'
  | 'unshuffled';

/** What shows in a training by a Trainer: `Lints` alone can see it. */
export const rulesOfTrainings = [
  'constant-output',
  'constant-schedule',
  'dead-relu',
] as const satisfies readonly LintRule[];

/** Rules that `lint` looks at by itself. */
type LookedAt = Exclude<LintRule, (typeof rulesOfTrainings)[number]>;

interface Rule {
  readonly at: 'start' | 'firstStep' | 'step';
  find(looked: Looked): string | null;
}

export const rules: Readonly<Record<LookedAt, Rule>> = {
  'eval-mode': { at: 'step', find: evalMode },
  'frozen-statistics': { at: 'firstStep', find: frozenStatistics },
  'learning-rate': { at: 'start', find: learningRate },
  'no-group': { at: 'step', find: noGroup },
  'random-evaluation': { at: 'start', find: randomEvaluation },
  'test-selection': { at: 'start', find: testSelection },
  unshuffled: { at: 'start', find: unshuffled },
};

/** A network without dropout and statistics is the same in both modes, and frozen layers are to be in that of evaluation. */
function evalMode({ model }: Looked): string | null {
  if (model.training) return null;
  const modules = model.modules().filter((module) => !module.isFrozen);
  if (modules.some(({ training }) => training) || !modules.some(dependsOnMode)) return null;
  return (
    'optimizer.step() while the model is in evaluation mode: dropout is off and batch norm learns no statistics; ' +
    'call model.train() at the start of each epoch, evaluation has left it'
  );
}

function dependsOnMode(module: Module): boolean {
  return (
    runningMean(module) !== null || /Dropout|DropPath|StochasticDepth/.test(module.constructor.name)
  );
}

function frozenStatistics({ model }: Looked): string | null {
  const moving = model
    .namedModules()
    .filter(([, module]) => module.training && runningMean(module) !== null && isFrozen(module));
  const [first] = moving;
  if (first === undefined) return null;
  return (
    `${moving.length} frozen batch norm layer${moving.length === 1 ? '' : 's'} (the first is ${first[0]}) still move${moving.length === 1 ? 's' : ''} ` +
    'running statistics in training mode: the features of a frozen backbone change under its head; freeze with nn.freeze(model), which keeps them'
  );
}

function isFrozen(module: Module): boolean {
  const parameters = module.parameters();
  return parameters.length > 0 && parameters.every(({ requiresGrad }) => !requiresGrad);
}

/** The running mean of a layer that keeps statistics of what passes. */
function runningMean(module: Module): Tensor | null {
  return (module as Module & { readonly runningMean?: Tensor | null }).runningMean ?? null;
}

/** Rates that people use, by optimizer. */
const usual: Readonly<Record<string, readonly [low: number, high: number]>> = {
  SGD: [1e-3, 1],
  Adam: [1e-5, 1e-2],
  AdamW: [1e-5, 1e-2],
  RMSprop: [1e-5, 1e-2],
};

function learningRate({ optimizer }: Looked): string | null {
  const { name } = optimizer.constructor;
  const range = Object.hasOwn(usual, name) ? usual[name] : undefined;
  if (range === undefined) return null;
  const [low, high] = range;
  // The highest of all groups: those of early layers may have far lower ones. And a warm-up begins low.
  const peaks = optimizer.paramGroups.map(({ lr, initialLr }) => Math.max(lr, initialLr ?? 0));
  const peak = Math.max(...peaks);
  const tooHigh = peak >= 10 * high;
  if (!tooHigh && (peak === 0 || peak >= low / 10)) return null;
  return (
    `lr ${peak} is far ${tooHigh ? 'above' : 'below'} what ${name} is usually given (${low} to ${high}): ` +
    `${tooHigh ? 'training may not converge' : 'training may hardly move'}`
  );
}

function noGroup({ model, optimizer }: Looked): string | null {
  const known = new Set(optimizer.paramGroups.flatMap(({ params }) => params));
  const left = model
    .namedParameters()
    .filter(([, parameter]) => parameter.requiresGrad && !known.has(parameter))
    .map(([name]) => name);
  if (left.length === 0) return null;
  const named = left.slice(0, 3).join(', ') + (left.length > 3 ? ', …' : '');
  return (
    `${counted(left.length, 'parameter')} of the network (${named}) ${left.length === 1 ? 'is' : 'are'} not the optimizer's and will not learn: ` +
    'make the optimizer after the last layer was put in its place, or addParamGroup; nn.freeze what is not to learn'
  );
}

function randomEvaluation({ heldOutLoaders }: Looked): string | null {
  for (const loader of heldOutLoaders) {
    const names = namesIn(transformOf(loader));
    const random = names.find((name) =>
      /^(Random|ColorJitter|Gaussian|TrivialAugment|RandAugment|AutoAugment|Mosaic|Cutout)/.test(
        name,
      ),
    );
    if (random !== undefined)
      return (
        `pictures that are measured are changed at random (${random}): scores differ from time to time and are those of other pictures; ` +
        'give test and validation data a transform without randomness'
      );
  }
  return null;
}

/** A validation set that is the test set, or a held-out set that is trained on. */
function testSelection({ trainLoader, heldOutLoaders }: Looked): string | null {
  const sets = [trainLoader, ...heldOutLoaders].map((loader) => samplesOf(loader));
  for (const [i, one] of sets.entries())
    for (const other of sets.slice(i + 1)) {
      const shared = one && other && one.data === other.data ? countShared(one, other) : 0;
      if (shared > 0)
        return i === 0
          ? `${shared} of the samples that are measured are trained on: scores tell nothing about new pictures; give test and validation data of their own`
          : `validation and test data share ${shared} samples: the best weights are chosen by what is to test them; split them, as data.randomSplit does`;
    }
  return null;
}

interface Samples {
  readonly data: object;
  /** null is all. */
  readonly indices: Int32Array | null;
}

/** What a loader loads, through one subset. */
function samplesOf(loader: object | undefined): Samples | null {
  const { dataset } = (loader ?? {}) as { readonly dataset?: object };
  if (dataset === undefined) return null;
  if (dataset instanceof Subset) return { data: dataset.dataset, indices: dataset.indices };
  return { data: dataset, indices: null };
}

function countShared(one: Samples, other: Samples): number {
  if (one.indices === null) return (other.indices ?? (one.data as { length: number })).length;
  if (other.indices === null) return one.indices.length;
  const seen = new Set(one.indices);
  return other.indices.filter((index) => seen.has(index)).length;
}

function unshuffled({ trainLoader }: Looked): string | null {
  const { isShuffled, dataset } = (trainLoader ?? {}) as {
    readonly isShuffled?: boolean;
    readonly dataset?: { readonly targets?: ArrayLike<number> };
  };
  const targets = Array.from(dataset?.targets ?? []);
  if (isShuffled !== false || new Set(targets).size < 2) return null;
  const changes = targets.filter((target, i) => i > 0 && target !== targets[i - 1]).length;
  if (changes >= 2 * new Set(targets).size) return null; // mixed already
  return (
    'training data come class after class and are not shuffled: the network learns each class and forgets the one before; ' +
    'pass shuffle: true to the DataLoader'
  );
}

/** The transform of what a loader loads, through parts and subsets, as JSON. */
function transformOf(loader: object): unknown {
  let at: unknown = loader;
  for (let depth = 0; depth < 8 && typeof at === 'object' && at !== null; depth++) {
    const { transform, dataset } = at as {
      readonly transform?: unknown;
      readonly dataset?: unknown;
    };
    const json = (transform as { toJSON?: () => unknown } | undefined)?.toJSON?.();
    if (json !== undefined) return json;
    at = dataset;
  }
  return null;
}

/** All names of transforms in it. */
function namesIn(json: unknown): string[] {
  if (Array.isArray(json)) return json.flatMap(namesIn);
  if (typeof json !== 'object' || json === null) return [];
  const { name } = json as { readonly name?: unknown };
  return [...(typeof name === 'string' ? [name] : []), ...Object.values(json).flatMap(namesIn)];
}
