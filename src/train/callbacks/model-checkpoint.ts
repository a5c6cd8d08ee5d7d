import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ValueError } from '../../core/errors.js';
import { optionReader, requireOneOf, requireWhole } from '../../core/options.js';
import { saveSafetensors } from '../../io/safetensors.js';
import type { StateDict } from '../../nn/module.js';
import type { Callback, Training, ValidationEvent } from '../callback.js';
import { copyWeights } from '../copy-weights.js';
import type { BestBy } from '../is-better.js';
import type { EpochEvent } from '../metrics.js';
import type { CallbackState } from '../trainer-state.js';

export interface ModelCheckpointOptions {
  /** Epochs between files. @default 1 */
  everyEpochs?: number;
  /** Keep so many files: those of the best epochs. @default all */
  saveTopK?: number;
  /** What the best epochs have most of, or least of a loss. @default 'accuracy' */
  monitor?: BestBy;
  /** What is written, by the model's state: say, the whole network of which the model is a part. @default the state itself */
  wholeState?: (state: StateDict) => StateDict;
}

const readOptions = optionReader<ModelCheckpointOptions>('ModelCheckpoint', {
  everyEpochs: true,
  saveTopK: true,
  monitor: true,
  wholeState: true,
});

/** A file that is kept. */
interface Kept {
  readonly epoch: number;
  /** Higher is better. */
  readonly score: number;
}

/**
 * Keeps weights of epochs as files, `epoch-0005.safetensors`, as Lightning's `ModelCheckpoint`: of every so many epochs, all or
 * those of the best. They are the weights that were measured: averaged ones where it stands after `WeightAveraging`.
 */
export class ModelCheckpoint implements Callback {
  readonly stateKey = 'ModelCheckpoint';
  private readonly everyEpochs: number;
  private readonly saveTopK: number;
  private readonly monitor: BestBy;
  private readonly wholeState: (state: StateDict) => StateDict;
  private training: Training | null = null;
  private measured: StateDict | null = null;
  private kept: readonly Kept[] = [];

  /** @param folder Where the files go; it must be there. */
  constructor(
    private readonly folder: string,
    ...given: [options?: ModelCheckpointOptions]
  ) {
    const {
      everyEpochs = 1,
      saveTopK = Number.POSITIVE_INFINITY,
      monitor = 'accuracy',
      wholeState = (state) => state,
    } = readOptions(given);
    requireOneOf('ModelCheckpoint', 'monitor', monitor, ['accuracy', 'balancedAccuracy', 'loss']);
    requireWhole('ModelCheckpoint', { everyEpochs });
    if (!(saveTopK >= 1))
      throw new ValueError('ModelCheckpoint', `saveTopK=${saveTopK} must be ≥ 1`);
    this.everyEpochs = everyEpochs;
    this.saveTopK = saveTopK;
    this.monitor = monitor;
    this.wholeState = wholeState;
  }

  onFitStart(training: Training): void {
    this.training = training;
  }

  onValidationStart({ epoch }: ValidationEvent): void {
    const isDue = epoch % this.everyEpochs === 0;
    this.measured = isDue && this.training !== null ? copyWeights(this.training.model) : null;
  }

  async onEpoch({ epoch, split, heldOut }: EpochEvent): Promise<void> {
    const weights = this.measured;
    this.measured = null;
    if (weights === null) return;
    const value = heldOut[this.monitor];
    const score = this.monitor === 'loss' ? -value : value;
    const ranked = [...this.kept, { epoch, score }].sort((a, b) => b.score - a.score);
    const kept = ranked.slice(0, this.saveTopK);
    if (kept.some((file) => file.epoch === epoch))
      await saveSafetensors(this.path(epoch), this.wholeState(weights), {
        epoch: String(epoch),
        [`${split}_${this.monitor}`]: String(value),
      });
    // Removed last: until the better one is there, this is the best that there is.
    for (const file of ranked.slice(kept.length)) await rm(this.path(file.epoch), { force: true });
    this.kept = kept;
  }

  stateDict(): CallbackState {
    return { data: this.kept };
  }

  loadStateDict({ data }: CallbackState): void {
    this.kept = data as readonly Kept[]; // as `stateDict` wrote it
  }

  private path(epoch: number): string {
    return join(this.folder, `epoch-${String(epoch).padStart(4, '0')}.safetensors`);
  }
}
