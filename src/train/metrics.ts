/** What training says of itself: the numbers of a step and of an epoch, and the line that people know. */

/** Loss and accuracy over a set of samples. */
export interface Scores {
  /** Mean loss per sample. */
  readonly loss: number;
  /** Share of samples whose best class is the right one, 0–1. */
  readonly accuracy: number;
}

/** One optimizer step. */
export interface StepEvent {
  /** Counted from 1. */
  readonly epoch: number;
  /** Within the epoch, counted from 1. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Over all epochs, counted from 1. */
  readonly globalStep: number;
  readonly loss: number;
  readonly lr: number;
  /** Samples in this batch. */
  readonly samples: number;
  /** Scores of the epoch so far. */
  readonly running: Scores;
}

/** One epoch, with its evaluation. */
export interface EpochEvent {
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  readonly train: Scores;
  readonly test: Scores;
  /** Learning rate during the epoch's last step. */
  readonly lr: number;
  /** Of training: time for loading included. */
  readonly imagesPerSecond: number;
  readonly durationMs: number;
  /** Share of the training time that steps waited for data, 0–1. */
  readonly waitShare: number;
  /** Whether the test accuracy is the best so far. */
  readonly best: boolean;
}

/** What `fit()` returns. */
export interface FitSummary {
  readonly epochs: number;
  readonly steps: number;
  readonly last: EpochEvent;
  readonly best: EpochEvent;
  readonly durationMs: number;
  /** Share of all training time that steps waited for data, 0–1. */
  readonly waitShare: number;
  /** Whether it was stopped before the last epoch ended. */
  readonly interrupted: boolean;
}

/** Something that follows a training run: a progress bar, the writer of a run folder. */
export interface Callback {
  onStep?(event: StepEvent): void;
  onEpoch?(event: EpochEvent): void | Promise<void>;
  onEnd?(summary: FitSummary): void | Promise<void>;
}

/** `Epoch: 1, Train_acc:88.9%, Train_loss:0.379, Test_acc:95.1%, Test_loss:0.165, Lr:1.00E-02` */
export function formatEpoch({ epoch, train, test, lr }: EpochEvent): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  return (
    `Epoch:${String(epoch).padStart(2)}, ` +
    `Train_acc:${percent(train.accuracy)}, Train_loss:${train.loss.toFixed(3)}, ` +
    `Test_acc:${percent(test.accuracy)}, Test_loss:${test.loss.toFixed(3)}, Lr:${formatLr(lr)}`
  );
}

/** `1.00E-02`, as printf's `%.2E` writes it. */
export function formatLr(lr: number): string {
  const [digits = '', exponent = '0'] = lr.toExponential(2).split('e');
  const power = Number(exponent);
  return `${digits}E${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** Loss and accuracy summed over batches, each weighted by its samples. */
export class RunningScores {
  private loss = 0;
  private correct = 0;
  private samples = 0;

  /** Adds a batch: its mean loss, how many of its samples were right, and how many there are. */
  update(meanLoss: number, correct: number, samples: number): void {
    this.loss += meanLoss * samples;
    this.correct += correct;
    this.samples += samples;
  }

  compute(): Scores {
    const n = Math.max(this.samples, 1);
    return { loss: this.loss / n, accuracy: this.correct / n };
  }

  get count(): number {
    return this.samples;
  }
}
