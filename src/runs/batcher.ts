import type { Tensor } from '../tensor/tensor.js';
import type { StopSignal } from './predict-options.js';
import { stackInputs } from './stack-inputs.js';

/** An input that waits for its answer. */
interface Waiting {
  /** `[1, C, H, W]` */
  readonly input: Tensor;
  readonly signal: StopSignal | undefined;
  readonly resolve: (row: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Inputs at a time: a network is compiled for each of these numbers, the largest first. Larger batches take as long for each
 * picture, more memory, and keep others waiting.
 */
export const batchSizes: readonly number[] = [8, 4, 2, 1];

const mostAtOnce = Math.max(...batchSizes);

/**
 * Brings inputs of many requests together: while the network computes one batch, the next one gathers. Nobody waits for a batch to
 * fill, so that a lone request is as quick as it can be.
 */
export class Batcher {
  private waiting: Waiting[] = [];
  private working = false;

  /** `run` makes rows `[N, K]` of inputs `[N, C, H, W]`; `onBatch` is told of how many there were. */
  constructor(
    private readonly run: (inputs: Tensor) => Promise<Tensor>,
    private readonly onBatch: (size: number) => void = () => {},
  ) {}

  /** Inputs that wait. */
  get length(): number {
    return this.waiting.length;
  }

  /** The row of an input `[1, C, H, W]`. Once the signal is aborted, its reason is thrown, and nothing computed that was not begun. */
  add(input: Tensor, signal: StopSignal | undefined): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ input, signal, resolve, reject });
      if (!this.working) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.working = true;
    for (;;) {
      await new Promise(setImmediate); // requests that are there come in, and their answers go out
      this.dropStopped();
      const size = batchSizes.find((count) => count <= this.waiting.length);
      if (size === undefined) break;
      await this.answer(this.waiting.splice(0, size));
    }
    this.working = false;
  }

  /** Rejects those of the next batch that nobody waits for any more, until there are none. */
  private dropStopped(): void {
    let kept = 0;
    while (kept < Math.min(mostAtOnce, this.waiting.length)) {
      const { signal, reject } = this.waiting[kept] as Waiting; // there are more
      if (signal?.aborted) {
        this.waiting.splice(kept, 1);
        reject(signal.reason);
      } else kept++;
    }
  }

  private async answer(batch: readonly Waiting[]): Promise<void> {
    try {
      this.onBatch(batch.length);
      const rows = await this.run(stackInputs(batch.map(({ input }) => input)));
      const values = (await rows.dataAsync()) as Float32Array; // probabilities are float32
      const classes = values.length / batch.length;
      batch.forEach(({ resolve }, row) => {
        resolve(values.slice(row * classes, (row + 1) * classes));
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
