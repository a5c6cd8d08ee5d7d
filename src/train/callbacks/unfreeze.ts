import { ValueError } from '../../core/errors.js';
import { unfreeze } from '../../nn/freeze.js';
import type { Callback, Training } from '../callback.js';
import type { CallbackState } from '../trainer-state.js';

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
export class Unfreeze implements Callback {
  readonly stateKey = 'Unfreeze';
  private training: Training | null = null;
  private epoch = 0;

  constructor(
    /** Paths by epoch, counted from 1. */
    private readonly parts: Readonly<Record<number, string>>,
  ) {
    for (const epoch of Object.keys(parts))
      if (!/^[1-9]\d*$/.test(epoch))
        throw new ValueError('Unfreeze', `epoch ${epoch} must be a whole number ≥ 1`);
  }

  /** Paths that are not there are named before anything is trained. */
  onFitStart(training: Training): void {
    this.training = training;
    for (const path of Object.values(this.parts)) training.model.getSubmodule(path);
  }

  onEpochStart({ epoch }: { readonly epoch: number }): void {
    this.unfreezeUpTo(epoch);
  }

  stateDict(): CallbackState {
    return { data: { epoch: this.epoch } };
  }

  loadStateDict({ data }: CallbackState): void {
    const { epoch } = data as { epoch: number }; // as `stateDict` wrote it
    this.unfreezeUpTo(epoch);
  }

  private unfreezeUpTo(epoch: number): void {
    const { training } = this;
    if (training === null) return;
    for (const [at, path] of Object.entries(this.parts))
      if (Number(at) > this.epoch && Number(at) <= epoch) {
        const part = unfreeze(training.model.getSubmodule(path));
        training.optimizer.prepare(part.parameters());
        training.note(
          `${path === '' ? 'all of the network' : path} is trained from epoch ${at} on`,
        );
      }
    this.epoch = Math.max(this.epoch, epoch);
  }
}
