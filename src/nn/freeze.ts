/** Transfer learning: which part of a model is trained, and which stays as it is. */
import { optionReader } from '../core/options.js';
import type { Module } from './module.js';

export interface FreezeOptions {
  /**
   * Frozen layers stay in evaluation mode when `train()` is called: batch norm keeps and uses its statistics, and dropout
   * passes everything, so that a picture has the same features in each epoch. `false` stops gradients alone, as setting
   * `requires_grad` does in PyTorch.
   *
   * @default true
   */
  readonly keepStatistics?: boolean;
}

const readOptions = optionReader<FreezeOptions>('freeze', { keepStatistics: true });

/**
 * Freezes a model, or its beginning: everything in the order of its fields up to and with the module at the path `upTo`.
 * Returns the model.
 *
 * @param upTo `null` is all of it
 * @throws ValueError for a path that is not there, with what is
 * @example
 * nn.freeze(model, 'layer3'); // of a ResNet: layer4 and fc are trained
 * nn.freeze(model); // all: what is put in a layer's place afterwards, such as a new head, is trained
 */
export function freeze<M extends Module>(
  model: M,
  upTo: string | null = null,
  ...given: [options?: FreezeOptions]
): M {
  const { keepStatistics = true } = readOptions(given);
  for (const [module, isWhole] of beginning(model, upTo)) {
    for (const parameter of ownParameters(module)) parameter.requiresGrad = false;
    if (isWhole) module.isFrozen = keepStatistics;
  }
  return model;
}

/** Lets a model, or the module in it that is passed, be trained again. Returns it. @example nn.unfreeze(model.layer4) */
export function unfreeze<M extends Module>(model: M): M {
  for (const module of model.modules()) module.isFrozen = false;
  return model.requiresGrad_(true);
}

/** The modules up to and with `upTo`, each with whether all below it is among them too. */
function beginning(model: Module, upTo: string | null): [Module, isWhole: boolean][] {
  const all = model.namedModules();
  if (upTo === null) return all.map(([, module]) => [module, true]);
  const last = model.getSubmodule(upTo).modules().at(-1);
  const count = all.findIndex(([, module]) => module === last) + 1;
  const rest = all.slice(count).map(([path]) => path);
  return all
    .slice(0, count)
    .map(([path, module]) => [
      module,
      path !== '' && !rest.some((later) => later.startsWith(`${path}.`)),
    ]);
}

function ownParameters(module: Module) {
  const below = new Set(module.children().flatMap((child) => child.parameters()));
  return module.parameters().filter((parameter) => !below.has(parameter));
}
