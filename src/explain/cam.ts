/** Class activation maps: which places of a layer's maps speak for a class. */
import type { OptionReader } from '../core/options.js';
import { interpolate } from '../nn/interpolate.js';
import type { Module } from '../nn/module.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Attribution, Unfinished } from './attribution.js';
import { AttributionMethod } from './attribution-method.js';
import { mapsOf, type ReshapeTransform, sizeOf } from './layer-maps.js';
import { defaultLayer, traceLayers } from './layers.js';
import { layerGradient, runFrom } from './run-from.js';
import type { ChooseTargets } from './targets.js';

export interface CamOptions {
  /**
   * The layer to look at, by its name in `namedModules()`.
   * @default the last convolution; in transformers the norm before the last attention
   */
  layer?: string;
  /** Makes maps `[N, C, h, w]` of what the layer gives. @default tells by the shape: `[N, C, h, w]`, `[N, h, w, C]` or tokens `[N, L, C]` */
  reshapeTransform?: ReshapeTransform;
}

export const camOptionNames = { layer: true, reshapeTransform: true } as const;

/** A method that looks at the maps of one layer. */
export abstract class CamMethod extends AttributionMethod {
  protected readonly reshape: ReshapeTransform | undefined;
  private layer: string | undefined;

  constructor(
    model: Module,
    given: readonly [options?: CamOptions],
    readOptions: OptionReader<CamOptions>,
  ) {
    super(model);
    const { layer, reshapeTransform } = readOptions(given);
    if (layer !== undefined) model.getSubmodule(layer); // a wrong name shows at once
    this.layer = layer;
    this.reshape = reshapeTransform;
  }

  protected override explain(images: Tensor, choose: ChooseTargets): Attribution | Unfinished {
    const subject = this.constructor.name;
    const size = sizeOf(images);
    this.layer ??= this.chooseLayer(images.narrow(0, 0, 1));
    const { layer } = this;
    const run = runFrom(subject, this.model, layer, images);
    const targets = choose(run.scores);
    const toMaps = (x: Tensor) => mapsOf(subject, layer, x, images, this.reshape);
    const maps = toMaps(run.output.detach());
    const gradient = () => toMaps(layerGradient(subject, layer, run, targets));
    const finish = (): Attribution => {
      const values = this.combine({ maps, gradient, images, targets }).unsqueeze(1);
      const heatmap = interpolate(values.relu(), { size, mode: 'bilinear' }).squeeze(1);
      return { heatmap, values, targets, layer };
    };
    return this.readsMaps ? { needs: maps, finish } : finish();
  }

  private chooseLayer(image: Tensor): string {
    return defaultLayer(this.constructor.name, traceLayers(this.model, image), image);
  }

  /** Whether `combine` reads the elements of the maps, instead of leaving them where they are. */
  protected get readsMaps(): boolean {
    return false;
  }

  /** One number for each place of the layer: `[N, h, w]`. */
  protected abstract combine(seen: Seen): Tensor;
}

/** What a class activation map is made of. */
export interface Seen {
  /** `[N, C, h, w]` */
  readonly maps: Tensor;
  /** Gradient of the targets' scores by the maps, `[N, C, h, w]`. */
  readonly gradient: () => Tensor;
  /** `[N, C, H, W]` */
  readonly images: Tensor;
  /** int32 `[N]` */
  readonly targets: Tensor;
}
