import { unfreeze } from '../../nn/freeze.js';
import { Module } from '../../nn/module.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Training } from '../callback.js';
import { ChangesParts, type PartsByEpoch } from './parts-by-epoch.js';

/**
 * Gradual unfreezing (Howard & Ruder, 2018, https://arxiv.org/abs/1801.06146): before epoch N starts, the part of the model
 * at a path is trained from then on; `''` is all of it. The optimizer has all parameters from the beginning, where those
 * that are frozen are left as they are, with the rates that they are to have.
 *
 * @example
 * nn.freeze(model, 'layer4');
 * const groups = optim.paramGroups(model, { lr: 1e-4, rates: { fc: 1e-3 }, frozen: true });
 * const callbacks = [new train.Unfreeze({ 3: 'layer4', 6: 'layer3' })];
 */
export class Unfreeze extends ChangesParts {
  readonly stateKey = 'Unfreeze';

  /** @param parts Paths by epoch, counted from 1. */
  constructor(parts: PartsByEpoch) {
    super('Unfreeze', parts);
  }

  protected change(part: Module | Tensor): void {
    if (part instanceof Module) unfreeze(part);
    else part.requiresGrad = true;
  }

  protected changed(part: Module | Tensor, path: string, at: number, training: Training): void {
    training.optimizer.prepare(part instanceof Module ? part.parameters() : [part]);
    training.note(`${path === '' ? 'all of the network' : path} is trained from epoch ${at} on`);
  }
}
