import { ShapeError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { formatShape, type Shape } from '../core/shape.js';
import { Conv2d } from '../nn/conv.js';
import type { Module } from '../nn/module.js';
import type { Tensor } from '../tensor/tensor.js';
import { asMaps } from './layer-maps.js';
import { traceLayers } from './layers.js';
import { requireModule, undisturbed } from './undisturbed.js';

/** What one layer gives for N pictures. */
export interface FeatureMaps {
  readonly layer: string;
  /** `Conv2d`, `ReLU` … */
  readonly type: string;
  /** As the layer gives it. */
  readonly shape: Shape;
  /** `[N, C, h, w]`; tokens of transformers are laid out as the grid that they are of. */
  readonly maps: Tensor;
}

export interface FeatureMapsOptions {
  /** Names of layers, as in `namedModules()`. @default every layer that gives maps */
  layers?: readonly string[];
}

const readOptions = optionReader<FeatureMapsOptions>('featureMaps', { layers: true });

/**
 * What the model's layers give for pictures `[N, C, H, W]`, in the order in which they run. Of a layer that runs several
 * times, the last.
 *
 * @throws ShapeError for a layer of `layers` that gives no maps
 * @example explain.featureMaps(model, images, { layers: ['conv1'] })[0].maps // [N, 64, 112, 112]
 */
export function featureMaps(
  model: Module,
  images: Tensor,
  ...given: [options?: FeatureMapsOptions]
): FeatureMaps[] {
  const { layers } = readOptions(given);
  requireModule('featureMaps', model);
  for (const layer of layers ?? []) model.getSubmodule(layer);
  const runs = undisturbed(model, () => traceLayers(model, images));
  const last = new Map(runs.map((run) => [run.name, run]));
  const found = [...last.values()].flatMap(({ name, module, output }): FeatureMaps[] => {
    if (layers === undefined ? name === '' : !layers.includes(name)) return [];
    const maps = asMaps(output, images);
    const { shape } = output;
    return maps === null ? [] : [{ layer: name, type: module.constructor.name, shape, maps }];
  });
  for (const layer of layers ?? [])
    if (!found.some((maps) => maps.layer === layer)) {
      const gives = last.get(layer);
      throw new ShapeError(
        'featureMaps',
        `layer '${layer}' ${gives === undefined ? 'does not run' : `gives ${formatShape(gives.output.shape)}, which is no map of the picture`}; ` +
          'choose a layer before the pooling',
      );
    }
  return found;
}

/** The filters of a convolution. */
export interface Filters {
  readonly layer: string;
  /** `[O, C, kH, kW]` */
  readonly weight: Tensor;
}

/** The filters of the model's first convolution: what it looks for in pixels. @throws ShapeError where it has none */
export function firstLayerFilters(model: Module): Filters {
  requireModule('firstLayerFilters', model);
  for (const [layer, module] of model.namedModules())
    if (module instanceof Conv2d) return { layer, weight: module.weight.detach() };
  throw new ShapeError('firstLayerFilters', 'the model has no convolution');
}
