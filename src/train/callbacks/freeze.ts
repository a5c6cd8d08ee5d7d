import { freeze } from '../../nn/freeze.js';
import { Module } from '../../nn/module.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Training } from '../callback.js';
import { ChangesParts, type PartsByEpoch } from './parts-by-epoch.js';

/**
 * Before epoch N starts, the module or the parameter at a path is frozen, and is trained no more: what `nn.freeze` does at once.
 * FreezeOut (Brock et al., 2017, https://arxiv.org/abs/1706.04983) saves time so; airbench94 freezes a bias. `Unfreeze` is the other way.
 *
 * @example
 * const callbacks = [new train.Freeze({ 4: 'whiten.bias' })]; // it learns in epochs 1 to 3
 */
export class Freeze extends ChangesParts {
  readonly stateKey = 'Freeze';

  /** @param parts Paths by epoch, counted from 1. */
  constructor(parts: PartsByEpoch) {
    super('Freeze', parts);
  }

  protected change(part: Module | Tensor): void {
    if (part instanceof Module) freeze(part);
    else part.requiresGrad = false;
  }

  protected changed(_: unknown, path: string, at: number, training: Training): void {
    training.note(`${path === '' ? 'all of the network' : path} is frozen from epoch ${at} on`);
  }
}
