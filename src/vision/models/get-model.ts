import type { Module } from '../../nn/module.js';
import type { ClassifierOptions, PretrainedOptions } from './classifier-options.js';
import { requireArchitecture } from './registry.js';
import './weights/load-pretrained.js'; // registers how weights are read

/**
 * A network by name, with fresh weights or trained ones, as torchvision's `get_model` gives it.
 *
 * @example const model = await vision.models.getModel('resnet18', { weights: 'imagenet1k', numClasses: 3 });
 */
export async function getModel(
  name: string,
  ...given: [options?: ClassifierOptions | PretrainedOptions]
): Promise<Module> {
  const make = requireArchitecture(name, 'getModel');
  return await make(...(given as [options: ClassifierOptions])); // the constructor reads them, and promises where there are weights
}
