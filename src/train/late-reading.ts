/**
 * What is done with a step's numbers. On a CPU that is at once; on a GPU, which still computes them, when the next step has been
 * ordered, so that the GPU never waits for JavaScript.
 */
export class LateReading {
  private waiting: (() => Promise<void>) | null = null;

  /** Steps whose numbers nobody has seen: 0 or 1. */
  get unread(): number {
    return this.waiting === null ? 0 : 1;
  }

  /** Does what was put off before, and then this, unless it is put off. What comes after a failure is forgotten. */
  async add(isLate: boolean, work: () => Promise<void>): Promise<void> {
    const before = this.waiting;
    this.waiting = work;
    try {
      await before?.();
      if (!isLate) await this.finish();
    } catch (error) {
      this.waiting = null;
      throw error;
    }
  }

  /** Does what was put off. */
  async finish(): Promise<void> {
    const { waiting } = this;
    this.waiting = null;
    await waiting?.();
  }
}

/** Asks for values now and gives them when they have come; who never looks hears of no failure. */
export function asked<T>(values: Promise<T>): Promise<T> {
  values.catch(() => {});
  return values;
}
