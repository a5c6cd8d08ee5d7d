/** A mean over batches of different sizes: each value counts as often as it has samples. */
export class Mean {
  private sum = 0;
  private count = 0;

  /** Adds the mean of `count` samples. */
  update(value: number, count = 1): void {
    this.sum += value * count;
    this.count += count;
  }

  /** The mean so far; NaN before the first value. */
  compute(): number {
    return this.sum / this.count;
  }

  /** Forgets everything. */
  reset(): void {
    this.sum = 0;
    this.count = 0;
  }
}
