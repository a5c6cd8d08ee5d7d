import { optionReader, requireOneOf } from '../core/options.js';
import type { Module } from '../nn/module.js';
import type { Generator } from '../tensor/generator.js';
import type { AttributionMethod } from './attribution-method.js';
import type { CamOptions } from './cam.js';
import { EigenCAM } from './eigen-cam.js';
import { GradCAM, GradCAMPlusPlus, HiResCAM, LayerCAM } from './grad-cam.js';
import { IntegratedGradients } from './integrated-gradients.js';
import { Occlusion } from './occlusion.js';
import { Saliency } from './saliency.js';
import { ScoreCAM } from './score-cam.js';
import { SmoothGrad } from './smooth-grad.js';

export interface MethodOptions extends CamOptions {
  /** Of methods that draw noise. @default the generator that `manualSeed` seeds */
  generator?: Generator;
}

type Make = (model: Module, options: MethodOptions) => AttributionMethod;

const table: Readonly<Record<string, Make>> = {
  gradcam: (model, { generator, ...cam }) => new GradCAM(model, cam),
  'gradcam++': (model, { generator, ...cam }) => new GradCAMPlusPlus(model, cam),
  hirescam: (model, { generator, ...cam }) => new HiResCAM(model, cam),
  layercam: (model, { generator, ...cam }) => new LayerCAM(model, cam),
  eigencam: (model, { generator, ...cam }) => new EigenCAM(model, cam),
  scorecam: (model, { generator, ...cam }) => new ScoreCAM(model, cam),
  saliency: (model) => new Saliency(model),
  smoothgrad: (model, { generator }) => new SmoothGrad(model, generator && { generator }),
  integratedgradients: (model) => new IntegratedGradients(model),
  occlusion: (model) => new Occlusion(model),
};

/** The methods that `createMethod` knows. */
export const methodNames: readonly string[] = Object.keys(table);

const readOptions = optionReader<MethodOptions>('createMethod', {
  layer: true,
  reshapeTransform: true,
  generator: true,
});

/** A method by its name in `methodNames`, those of pytorch-grad-cam; what it does not use of the options it leaves. */
export function createMethod(
  name: string,
  model: Module,
  ...given: [options?: MethodOptions]
): AttributionMethod {
  const options = readOptions(given);
  requireOneOf('createMethod', 'method', name, methodNames);
  return (table[name] as Make)(model, options); // a name of the table
}
