import { ValueError } from '../core/errors.js';
import { optionReader, requireWhole } from '../core/options.js';
import { Linear } from '../nn/linear.js';
import type { Module } from '../nn/module.js';
import { fromArray } from '../tensor/creation.js';
import { readElements } from '../tensor/execute.js';
import type { Tensor } from '../tensor/tensor.js';
import { asMaps } from './layer-maps.js';
import { defaultLayer, type LayerRun, traceLayers } from './layers.js';
import { principalComponents } from './principal-components.js';
import { requireModule, undisturbed } from './undisturbed.js';

export interface EmbeddingsOptions {
  /** The layer whose output it is, of maps their mean. @default what goes into the last `Linear`, or the maps that a CAM looks at */
  layer?: string;
}

const readEmbeddings = optionReader<EmbeddingsOptions>('embeddings', { layer: true });

/** What pictures `[N, C, H, W]` are to the model before it names a class: `[N, D]`. */
export function embeddings(
  model: Module,
  images: Tensor,
  ...given: [options?: EmbeddingsOptions]
): Tensor {
  const { layer } = readEmbeddings(given);
  requireModule('embeddings', model);
  if (layer !== undefined) model.getSubmodule(layer);
  const runs = undisturbed(model, () => traceLayers(model, images));
  const last = runs.findLast(({ module, input }) => module instanceof Linear && input?.ndim === 2);
  if (layer === undefined && last?.input !== undefined) return last.input;
  const name = layer ?? defaultLayer('embeddings', runs, images);
  const found = runs.findLast((run) => run.name === name);
  if (found === undefined)
    throw new ValueError('embeddings', `layer '${name}' does not run when the model does`);
  return flat(found, images);
}

function flat({ output }: LayerRun, images: Tensor): Tensor {
  const maps = asMaps(output, images);
  return maps === null ? output.reshape([images.size(0), -1]) : maps.mean([2, 3]);
}

/** Points along their principal components. */
export interface Projection {
  /** `[N, components]` */
  readonly points: Tensor;
  /** Share of the variance along each component, 0–1. */
  readonly explained: readonly number[];
}

export interface PcaOptions {
  /** @default 2 */
  components?: number;
}

const readPca = optionReader<PcaOptions>('pca', { components: true });

/**
 * Points `[N, D]` along the directions in which they differ most (Pearson, 1901). A component has no sign of its own: its
 * largest coordinate is positive.
 *
 * @throws EngineError for points on a GPU that cannot be waited for: `await points.dataAsync()` first
 */
export function pca(points: Tensor, ...given: [options?: PcaOptions]): Projection {
  const { components = 2 } = readPca(given);
  requireWhole('pca', { components });
  const [rows = 0, columns = 0] = points.shape;
  if (points.ndim !== 2) throw new ValueError('pca', 'points must be [N, D]');
  const data = readElements(points, 'pca');
  const at = (row: number, column: number) => data[row * columns + column] as number;
  const { scores, explained } = principalComponents(rows, columns, at, components);
  for (let k = 0; k < components; k++) {
    let largest = 0;
    for (let r = 0; r < rows; r++) {
      const score = scores[r * components + k] as number;
      if (Math.abs(score) > Math.abs(largest)) largest = score;
    }
    if (largest < 0)
      for (let r = 0; r < rows; r++)
        scores[r * components + k] = -(scores[r * components + k] as number);
  }
  return { points: fromArray(Float32Array.from(scores), [rows, components]), explained };
}
