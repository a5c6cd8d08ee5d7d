import { ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import type { Module } from '../nn/module.js';
import type { Parameter } from '../tensor/parameter.js';

export interface ParamGroupsOptions {
  /** The learning rate of what no other says. */
  readonly lr: number;
  /** Learning rates of parts of the model by path, the longest that fits. @default none @example { layer4: 1e-4, fc: 1e-3 } */
  readonly rates?: Readonly<Record<string, number>>;
  /**
   * Each part of the model learns so many times as fast as the one after it, the last at `lr`; parts are what the model holds
   * itself. Discriminative learning rates (Howard & Ruder, 2018, https://arxiv.org/abs/1801.06146), who take 1 / 2.6.
   *
   * @default 1
   */
  readonly layerDecay?: number;
  /** Take frozen parameters too, which are to be unfrozen later. @default false */
  readonly frozen?: boolean;
  /** Of weights. Norms and biases, which have at most one dimension, are not decayed. @default the optimizer's, for all */
  readonly weightDecay?: number;
}

/** A group as `Adam`, `SGD` and the others take it. */
export interface ModelGroup {
  readonly params: Parameter[];
  readonly lr: number;
  readonly weightDecay?: number;
}

const readOptions = optionReader<ParamGroupsOptions>('paramGroups', {
  lr: true,
  rates: true,
  layerDecay: true,
  frozen: true,
  weightDecay: true,
});

/**
 * The parameters of a model that are trained, in groups with learning rates by depth and without decay of norms and biases.
 *
 * @throws ValueError for a path in `rates` that no parameter has, or where nothing is trained
 * @example
 * const groups = optim.paramGroups(model, { lr: 1e-4, rates: { fc: 1e-3 }, weightDecay: 0.01 });
 * const optimizer = new optim.AdamW(groups);
 */
export function paramGroups(model: Module, ...given: [options: ParamGroupsOptions]): ModelGroup[] {
  const { lr, rates = {}, layerDecay = 1, frozen = false, weightDecay } = readOptions(given);
  if (!(lr >= 0)) throw new ValueError('paramGroups', `lr=${lr} must be ≥ 0`);
  if (!(layerDecay > 0 && layerDecay <= 1))
    throw new ValueError('paramGroups', `layerDecay=${layerDecay} must be above 0 and at most 1`);
  const named = model.namedParameters();
  requirePaths(
    Object.keys(rates),
    named.map(([name]) => name),
  );
  const trained = named.filter(([, parameter]) => frozen || parameter.requiresGrad);
  if (trained.length === 0)
    throw new ValueError(
      'paramGroups',
      'all parameters are frozen; unfreeze some, or replace the head',
    );
  const depths = depthsOf(named.map(([name]) => name));
  const groups = new Map<string, ModelGroup>();
  for (const [name, parameter] of trained) {
    const rate = rateFor(name, rates) ?? lr * layerDecay ** (depths.get(partOf(name)) ?? 0);
    const decay = parameter.ndim > 1 ? weightDecay : 0;
    const own = { lr: rate, ...(weightDecay !== undefined && { weightDecay: decay ?? 0 }) };
    const key = JSON.stringify(own);
    const group = groups.get(key) ?? { params: [], ...own };
    groups.set(key, group);
    group.params.push(parameter);
  }
  return [...groups.values()];
}

/** The rate of the longest path that a parameter's name begins with. */
function rateFor(name: string, rates: Readonly<Record<string, number>>): number | undefined {
  const [longest] = Object.keys(rates)
    .filter((path) => isUnder(name, path))
    .sort((a, b) => b.length - a.length);
  return longest === undefined ? undefined : rates[longest];
}

function isUnder(name: string, path: string): boolean {
  return name === path || name.startsWith(`${path}.`);
}

function partOf(name: string): string {
  return name.split('.')[0] ?? '';
}

/** How many parts stand after each. */
function depthsOf(names: readonly string[]): Map<string, number> {
  const parts = [...new Set(names.map(partOf))];
  return new Map(parts.map((part, i) => [part, parts.length - 1 - i]));
}

function requirePaths(paths: readonly string[], names: readonly string[]): void {
  const unknown = paths.filter((path) => !names.some((name) => isUnder(name, path)));
  if (unknown.length === 0) return;
  const parts = [...new Set(names.map(partOf))];
  throw new ValueError(
    'paramGroups',
    `rates: the model has no parameters under '${unknown[0]}'; its parts are ${parts.join(', ')}`,
  );
}
