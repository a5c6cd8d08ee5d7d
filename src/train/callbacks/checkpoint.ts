import { ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import type { Callback, SafePoint, Training } from '../callback.js';
import { readCheckpoint, writeCheckpoint } from '../checkpoint-file.js';
import type { TrainerState } from '../trainer-state.js';

export interface CheckpointOptions {
  /** Seconds between checkpoints within an epoch; Infinity for none. @default 60 */
  everySeconds?: number;
  /** Steps between checkpoints within an epoch, besides. @default Infinity */
  everySteps?: number;
  /** Epochs between checkpoints. @default 1 */
  everyEpochs?: number;
}

/** Keeps one state of a training. */
export interface CheckpointStore {
  save(state: TrainerState): Promise<void>;
  /** The last that was saved. */
  load(): Promise<TrainerState>;
}

const readOptions = optionReader<CheckpointOptions>('Checkpoint', {
  everySeconds: true,
  everySteps: true,
  everyEpochs: true,
});

/**
 * Keeps a checkpoint from which `fit({ resume })` goes on to the bit: after every epoch, now and then within one, and
 * where a training is stopped. The one before stays until the new one has been read back.
 *
 * @example
 * new Trainer({ …, callbacks: [new train.Checkpoint('run/state.safetensors')] });
 * await trainer.fit({ resume: 'run/state.safetensors' }); // after it was killed
 */
export class Checkpoint implements Callback {
  private readonly options: Required<CheckpointOptions>;
  private readonly store: CheckpointStore;
  private training: Training | null = null;
  private savedAt = 0;
  private savedSteps = 0;
  private savedEpochs = 0;
  private isSaved = true;
  private hasSaved = false;

  /** @param target A file, or what keeps a state. */
  constructor(target: string | CheckpointStore, ...given: [options?: CheckpointOptions]) {
    const {
      everySeconds = 60,
      everySteps = Number.POSITIVE_INFINITY,
      everyEpochs = 1,
    } = readOptions(given);
    for (const [name, value] of Object.entries({ everySeconds, everySteps, everyEpochs }))
      if (!(value > 0)) throw new ValueError('Checkpoint', `${name}=${value} must be > 0`);
    this.options = { everySeconds, everySteps, everyEpochs };
    this.store = typeof target === 'string' ? fileStore(target) : target;
  }

  onFitStart(training: Training): void {
    this.training = training;
    this.savedAt = performance.now();
  }

  onStep(): void {
    this.isSaved = false;
  }

  onEpoch(): void {
    this.isSaved = false;
  }

  wantsSafePoint(point: SafePoint): boolean {
    return point.after === 'end' ? !this.isSaved : this.isDue(point);
  }

  async onSafePoint(point: SafePoint): Promise<void> {
    if (this.training === null || !this.wantsSafePoint(point)) return;
    await this.store.save(await this.training.stateDict());
    this.savedAt = performance.now();
    this.savedSteps = point.globalStep;
    this.savedEpochs = point.epochs;
    this.isSaved = true;
    this.hasSaved = true;
  }

  async lastState(): Promise<TrainerState | null> {
    return this.hasSaved ? await this.store.load() : null;
  }

  private isDue({ after, globalStep, epochs }: SafePoint): boolean {
    const { everySeconds, everySteps, everyEpochs } = this.options;
    if (after === 'epoch') return epochs - this.savedEpochs >= everyEpochs;
    return (
      performance.now() - this.savedAt >= 1000 * everySeconds ||
      globalStep - this.savedSteps >= everySteps
    );
  }
}

function fileStore(path: string): CheckpointStore {
  return { save: (state) => writeCheckpoint(path, state), load: () => readCheckpoint(path) };
}
