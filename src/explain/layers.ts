/** The layers of a model by name: what they give, and which of them to look at. */
import { ValueError } from '../core/errors.js';
import type { Shape } from '../core/shape.js';
import { Conv2d } from '../nn/conv.js';
import type { Module } from '../nn/module.js';
import { MultiheadAttention } from '../nn/multihead-attention.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import { ShiftedWindowAttention } from '../vision/models/swin-attention.js';
import { asMaps } from './layer-maps.js';
import { requireModule, undisturbed } from './undisturbed.js';

/** A layer as it ran. */
export interface LayerRun {
  /** As in `namedModules()`. */
  readonly name: string;
  readonly module: Module;
  readonly input: Tensor | undefined;
  readonly output: Tensor;
}

/** Runs the model on `images` and notes what each layer gave, in the order in which they finish. */
export function traceLayers(model: Module, images: Tensor): LayerRun[] {
  const runs: LayerRun[] = [];
  const handles = model.namedModules().map(([name, module]) =>
    module.registerForwardHook((_, [input], output) => {
      runs.push({ name, module, input, output });
      return undefined;
    }),
  );
  try {
    noGrad(() => model(images));
  } finally {
    for (const handle of handles) handle.remove();
  }
  return runs;
}

/** A layer that gives maps of the picture. */
export interface MapLayer {
  readonly name: string;
  readonly type: string;
  /** What it gives for one picture, without the batch: `[64, 56, 56]`. */
  readonly shape: Shape;
}

/**
 * The layers that CAMs and `featureMaps` can look at for pictures `[N, C, H, W]`, in the order in which they run.
 *
 * @example explain.mapLayers(model, zeros([1, 3, 224, 224])).map(({ name }) => name)
 */
export function mapLayers(model: Module, images: Tensor): MapLayer[] {
  requireModule('mapLayers', model);
  const first = images.narrow(0, 0, 1);
  const runs = undisturbed(model, () => traceLayers(model, first));
  return runs
    .filter(({ name, output }) => name !== '' && asMaps(output, first) !== null)
    .map(({ name, module, output }) => ({
      name,
      type: module.constructor.name,
      shape: output.shape.slice(1),
    }));
}

/**
 * The layer to look at unless one is named: the outermost block that ends at the resolution of the last convolution, with all
 * that shortcuts bring (`layer4` of a ResNet, the convolution itself where pooling follows). In a transformer the norm before
 * the last attention: what follows treats each place alone, or has only the class token left.
 *
 * @throws ValueError where there is none
 */
export function defaultLayer(subject: string, runs: readonly LayerRun[], images: Tensor): string {
  for (const { name, module, input, output } of runs.toReversed()) {
    if (module instanceof Conv2d && asMaps(output, images) !== null)
      return blockOf(name, output, runs, images);
    const attends =
      module instanceof MultiheadAttention || module instanceof ShiftedWindowAttention;
    const before = attends ? runs.find((run) => run.output === input)?.name : undefined;
    if (before !== undefined) return before;
  }
  throw new ValueError(
    subject,
    'the model has no convolution whose output is a map; pass { layer } with the name of a layer to look at',
  );
}

/** The outermost layer around `name` that gives maps of the same size. */
function blockOf(name: string, output: Tensor, runs: readonly LayerRun[], images: Tensor): string {
  const sides = (x: Tensor) => asMaps(x, images)?.shape.slice(2).join('×');
  const around = runs.filter(
    (run) =>
      run.name !== '' &&
      `${name}.`.startsWith(`${run.name}.`) &&
      sides(run.output) === sides(output),
  );
  return around.at(-1)?.name ?? name; // inner layers finish first
}
