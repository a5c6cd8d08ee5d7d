import { ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import type { Callback, SafePoint, Training } from '../callback.js';
import { writeCheckpoint } from '../checkpoint-file.js';
import type { TrainerState } from '../trainer-state.js';

export interface CheckpointOptions {
  /** Seconds between checkpoints within an epoch; Infinity for none. @default 60 */
  everySeconds?: number;
  /** Steps between checkpoints within an epoch, besides. @default Infinity */
  everySteps?: number;
  /** Epochs between checkpoints. @default 1 */
  everyEpochs?: number;
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
  private readonly save: (state: TrainerState) => Promise<void>;
  private training: Training | null = null;
  private savedAt = 0;
  private savedSteps = 0;
  private savedEpochs = 0;
  private isSaved = true;

  /** @param target A file, or what keeps a state. */
  constructor(
    target: string | ((state: TrainerState) => Promise<void>),
    ...given: [options?: CheckpointOptions]
  ) {
    const {
      everySeconds = 60,
      everySteps = Number.POSITIVE_INFINITY,
      everyEpochs = 1,
    } = readOptions(given);
    for (const [name, value] of Object.entries({ everySeconds, everySteps, everyEpochs }))
      if (!(value > 0)) throw new ValueError('Checkpoint', `${name}=${value} must be > 0`);
    this.options = { everySeconds, everySteps, everyEpochs };
    this.save = typeof target === 'string' ? (state) => writeCheckpoint(target, state) : target;
  }

  onFitStart(training: Training): void {
    this.training = training;
    this.savedAt = performance.now();
  }

  async onSafePoint(point: SafePoint): Promise<void> {
    if (point.after !== 'end') this.isSaved = false;
    if (this.training === null || this.isSaved || !this.isDue(point)) return;
    await this.save(await this.training.stateDict());
    this.savedAt = performance.now();
    this.savedSteps = point.globalStep;
    this.savedEpochs = point.epochs;
    this.isSaved = true;
  }

  private isDue({ after, globalStep, epochs }: SafePoint): boolean {
    const { everySeconds, everySteps, everyEpochs } = this.options;
    if (after === 'end') return true;
    if (after === 'epoch') return epochs - this.savedEpochs >= everyEpochs;
    return (
      performance.now() - this.savedAt >= 1000 * everySeconds ||
      globalStep - this.savedSteps >= everySteps
    );
  }
}
