/**
 * Whether a method's maps have to do with what the model has learned (Adebayo et al., 2018, "Sanity Checks for Saliency
 * Maps", https://arxiv.org/abs/1810.03292): layers are given random weights one after the other, from the last to the first,
 * and the maps must change. One that stays the same shows edges of the picture, not reasons of the model.
 */

import { isFloat } from '../core/dtype.js';
import { optionReader, requireWhole } from '../core/options.js';
import type { Module } from '../nn/module.js';
import { randn } from '../ops/random.js';
import { fullLike } from '../tensor/creation.js';
import { readElements } from '../tensor/execute.js';
import { defaultGenerator, type Generator } from '../tensor/generator.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import type { AttributionMethod } from './attribution-method.js';
import { traceLayers } from './layers.js';
import { rankCorrelation } from './rank-correlation.js';
import { requireRange } from './require-numbers.js';
import type { Target } from './targets.js';
import { undisturbed } from './undisturbed.js';

/** The maps after one more part of the model has become random. */
export interface SanityStage {
  /** The layer up to which, from the last on, weights are random. */
  readonly layer: string;
  /** Spearman's rank correlation with the maps of the trained model, the mean over pictures: 1 is the same map. */
  readonly similarity: number;
}

export interface SanityReport {
  readonly stages: readonly SanityStage[];
  /** Whether the maps of the wholly random model are less like those of the trained one than `threshold`. */
  readonly dependsOnModel: boolean;
  /** The verdict in a sentence. */
  readonly verdict: string;
}

export interface SanityCheckOptions {
  /** The class to explain. @default each picture's best, before anything is random */
  target?: Target;
  /** In how many steps the layers become random. @default 8 */
  numStages?: number;
  /** From which similarity on maps count as the same. @default 0.8 */
  threshold?: number;
  /** @default the generator that `manualSeed` seeds */
  generator?: Generator;
}

const optionNames = { target: true, numStages: true, threshold: true, generator: true } as const;
const readSync = optionReader<SanityCheckOptions>('sanityCheck', optionNames);
const readAsync = optionReader<SanityCheckOptions>('sanityCheckAsync', optionNames);

/** Explains pictures `[N, C, H, W]` while the method's model becomes random from its last layer to its first; its weights are restored. */
export function sanityCheck(
  method: AttributionMethod,
  images: Tensor,
  ...given: [options?: SanityCheckOptions]
): SanityReport {
  const settings = checked('sanityCheck', readSync(given));
  const trained = method.attribute(images, { target: settings.target });
  const stages: SanityStage[] = [];
  for (const layer of becomingRandom(method.model, images, settings)) {
    const now = method.attribute(images, { target: trained.targets });
    stages.push({ layer, similarity: meanSimilarity(trained.heatmap, now.heatmap) });
  }
  return reportOf(stages, settings.threshold);
}

/** The same on every engine, a page's GPU too. Until it is done the model's weights are random: nobody may use it. */
export async function sanityCheckAsync(
  method: AttributionMethod,
  images: Tensor,
  ...given: [options?: SanityCheckOptions]
): Promise<SanityReport> {
  const settings = checked('sanityCheckAsync', readAsync(given));
  const trained = await method.attributeAsync(images, { target: settings.target });
  await trained.heatmap.dataAsync();
  const stages: SanityStage[] = [];
  for (const layer of becomingRandom(method.model, images, settings)) {
    const now = await method.attributeAsync(images, { target: trained.targets });
    await now.heatmap.dataAsync();
    stages.push({ layer, similarity: meanSimilarity(trained.heatmap, now.heatmap) });
  }
  return reportOf(stages, settings.threshold);
}

type Settings = ReturnType<typeof checked>;

/** The options with their defaults. */
function checked(
  subject: string,
  { target, numStages = 8, threshold = 0.8, generator = defaultGenerator }: SanityCheckOptions,
) {
  requireWhole(subject, { numStages });
  requireRange(subject, 'threshold', threshold, -1, 1);
  return { target, numStages, threshold, generator };
}

/** Gives one group of layers after the other random weights, and says up to which layer; at the end all have theirs again. */
function* becomingRandom(
  model: Module,
  images: Tensor,
  { numStages, generator }: Settings,
): Iterable<string> {
  const layers = layersFromLast(model, images.narrow(0, 0, 1));
  const kept = [...model.stateDict().values()].map((tensor) => [tensor, tensor.clone()] as const);
  try {
    for (const group of inGroups(layers, numStages)) {
      for (const [, tensors] of group) randomize(tensors, generator);
      yield group.at(-1)?.[0] ?? '';
    }
  } finally {
    noGrad(() => {
      for (const [tensor, before] of kept) tensor.copy_(before);
    });
  }
}

function reportOf(stages: readonly SanityStage[], threshold: number): SanityReport {
  const similarity = stages.at(-1)?.similarity ?? 1;
  const verdict = verdictOf(similarity, threshold);
  return { stages, dependsOnModel: similarity < threshold, verdict };
}

function verdictOf(similarity: number, threshold: number): string {
  const measured = `rank correlation ${similarity.toFixed(2)}`;
  return similarity < threshold
    ? `the maps depend on the model: those of one with random weights differ (${measured}, the same from ${threshold} on)`
    : `the maps do not depend on what the model has learned: one with random weights gives the same (${measured}); they show the picture, not reasons`;
}

type LayerTensors = readonly [name: string, tensors: readonly (readonly [string, Tensor])[]];

/** The layers that hold tensors themselves, the last that runs first; those that do not run come last. */
function layersFromLast(model: Module, image: Tensor): LayerTensors[] {
  const order = undisturbed(model, () => traceLayers(model, image)).map(({ name }) => name);
  const place = (name: string) => order.lastIndexOf(name);
  const named = [...model.namedParameters(), ...model.namedBuffers()];
  return model
    .namedModules()
    .map(([name]): LayerTensors => [name, named.filter(([key]) => parentOf(key) === name)])
    .filter(([name, tensors]) => tensors.length > 0 && name !== '')
    .sort(([a], [b]) => place(b) - place(a))
    .concat([['', named.filter(([key]) => parentOf(key) === '')] as const])
    .filter(([, tensors]) => tensors.length > 0);
}

function parentOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('.')));
}

/** At most `count` groups of about the same size, in order. */
function inGroups<T>(list: readonly T[], count: number): T[][] {
  const groups = Math.min(count, list.length);
  return Array.from({ length: groups }, (_, i) =>
    list.slice(
      Math.round((i * list.length) / groups),
      Math.round(((i + 1) * list.length) / groups),
    ),
  );
}

/** As of a network that has seen nothing: weights by He et al., norms and running statistics as they are made, biases 0. */
function randomize(tensors: readonly (readonly [string, Tensor])[], generator: Generator): void {
  noGrad(() => {
    for (const [key, tensor] of tensors) {
      if (!isFloat(tensor.dtype)) continue;
      const { shape } = tensor;
      if (tensor.ndim >= 2) {
        const fanIn = tensor.numel() / tensor.size(0);
        tensor.copy_(
          randn(shape, { generator })
            .mul(Math.sqrt(2 / fanIn))
            .to(tensor.dtype),
        );
      } else {
        const one = key.endsWith('weight') || key.endsWith('running_var');
        tensor.copy_(fullLike(tensor, one ? 1 : 0));
      }
    }
  });
}

/** The mean over pictures of the rank correlation of their heatmaps `[N, H, W]`. */
function meanSimilarity(a: Tensor, b: Tensor): number {
  const x = readElements(a, 'sanityCheck');
  const y = readElements(b, 'sanityCheck');
  const count = a.size(0);
  const length = x.length / count;
  let sum = 0;
  for (let at = 0; at < x.length; at += length)
    sum += rankCorrelation(x.subarray(at, at + length), y.subarray(at, at + length));
  return sum / count;
}
